"""The letter in the second envelope. What it says is public once it is opened; it is kept here to be sealed."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

LETTER = """\
To whoever looks after our models

Two things change from today on, and we are sorry that nobody asked you before. Whatever carries the new fields is to be
taken by the new rules; whatever does not stays as it was, and both will go on coming.

Invoices. A model's prices may have "write", for 1,000 tokens. What a call writes into the cache costs that instead of
"input": the tokens of its prompt that were not cached, in whole blocks as they are kept, where the whole prompt is long enough to be kept at
all. The rest of them costs "input" as before, and a batch halves both. A call may have "hold": then what it reads from the
cache may be that many seconds old, and "ttl" does not count for it.

Contexts. A request may have "reserve": {"reply": R, "tool": T}. R tokens of the budget stay free for the reply, and T
more for each item of the kind "tool" that is sent, since each of them may lead to another call.

In FINDINGS.md, please say what the change turned and what it left, in figures, and which of the two you would have
decided otherwise, at which price.
"""
