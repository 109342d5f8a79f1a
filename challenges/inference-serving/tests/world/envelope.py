"""The letter in the second envelope. What it says is public once it is opened; it is kept here to be sealed."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

LETTER = """\
To whoever runs what stands in front of the models

Sales and the data-protection officers have signed three things, and nobody asked you. From today on a state may come with a
key "policy"; most do not. It holds one of

  step:   {"promise": {"tenant": T, "share": S, "worth": W}}
          Of all requests of T in the episode, the share S is to be done in time. Each one that is missing to that share
          takes W from the worth of the episode: of 10 requests and with S = 0.8, six that are done are two short, which
          takes 2 W. Requests of T are worth 1 each.
  route:  {"keep": {"regions": [R, ...], "worth": W}, "answer": {"tenants": [T, ...], "worth": V}}
          keep: each attempt of a private request with a model outside of these regions takes W.
          answer: each request of these tenants that is not answered in time takes V, whatever the answer is worth.
          The two contradict each other wherever the models of these regions are dear, busy or in trouble. Neither is
          sacred: both have their price, and the prices are other ones each time.
  look:   {"apart": true}
          An answer that was given to one tenant is never used for another. Such a hit counts as one that does not serve.

All else stays: the aim, the cap, the share of hits that may be wrong. In the report, please say what the change does to one of
your figures, and which of the three you would have liked to be asked about.
"""
