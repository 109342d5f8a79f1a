"""The letter in the second envelope. What it says is public once it is opened; it is kept here to be sealed."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

LETTER = """\
To whoever decides about the assistant

Sorry to come late with this. The finance office and the data-protection officers have met. What they changed is in
addendum.json now, and your decision is about the month with these changes. From today on any dossier may come with
a key "addendum"; most do not. It holds one or more of

  "wrong":   [{"segment": S, "eur": X}]      a wrong answer in S now costs X, whatever the dossier's segments say
  "traffic": [{"segment": S, "factor": F}]   we will have F times the requests in S that the log lets one expect
  "price":   [{"option": O, "factor": F}]    tokens of O will cost F times what its price says; its fixed fee stays
  "regions": [R, ...]                        the rule "region" now names these regions, and no others

All that a decision holds is asked for as of after the change: choice, forecasts, break-even, drivers, experiment.
Drivers multiply what stands after the change. In the log and in the evaluation nothing changes.

In the memo, please say in a few sentences what the change turned and what it left as it was, and why. And tell us
which of these changes you would have liked to be asked about before anybody wrote it down.
"""
