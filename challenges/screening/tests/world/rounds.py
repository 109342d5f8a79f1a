"""Rounds: which tasks somebody is given. A round has a number and a seal; the same number always gives the same tasks.

A template goes to about as many rounds as each other one of its family, and is beside another one each time.
"""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from grader_kit import problem_of, stream, wrong_keys

from world import client, figures, jsonl, records, strings
from world.frame import Template

KEY = "scr-seal-b41f0c9e7d"
"""Changed, with the pack's version, when rounds have got about: all seals made before are refused then."""
FAMILIES: dict[str, tuple[tuple[Template, ...], int]] = {
    "strings": (strings.ALL, 1), "records": (records.ALL, 1), "lines": (jsonl.ALL, 1), "client": (client.ALL, 1),
    "numbers": (figures.ALL, 2),
}  # fmt: skip
"""Family → its templates, and how many of them a round has."""


def seal(number: int) -> str:
    return hmac.new(KEY.encode(), str(number).encode(), hashlib.sha256).hexdigest()[:20]


def tasks(number: int) -> dict[str, tuple[Template, ...]]:
    """The templates of a round by family."""
    found = {}
    for family, (templates, count) in FAMILIES.items():
        block, place = divmod(number, len(templates))
        order = list(templates)
        stream(KEY, family, block).shuffle(order)
        found[family] = tuple(order[(place + 3 * at) % len(order)] for at in range(count))
    return found


def ticket(number: int) -> dict[str, Any]:
    return {"round": number, "seal": seal(number)}


def number_of(said: Any) -> int:
    """The round that round.json names. Raises AssertionError where it is not as it was given out."""
    problem = problem_of(said, lambda each: wrong_keys(each, ("round", "seal"), "round.json"))
    assert not problem, f"round.json is not as it was given out: {problem}"
    number = said["round"]
    right = isinstance(number, int) and not isinstance(number, bool) and said["seal"] == seal(number)
    assert right, "round.json is not as it was given out: its seal is another round's"
    return int(number)
