"""The public sample: the pilot's labelled tickets, as they lie in the starter."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from grader_kit import as_lines, stream

from planted import policy, replies

_THINGS = ("lamp", "kettle", "bookshelf", "rug", "clock", "vase", "desk chair", "mirror", "blanket", "coffee table")
_DINGE = ("Lampe", "Uhr", "Vase", "Decke", "Bürste", "Kanne")
_TEXTS = {
    "damaged": ("My {} arrived broken, please refund me.", "The {} is damaged and I want my money back.", "The {} you sent is faulty."),
    "wrong_item": ("You sent the wrong {}.", "I received the wrong item in place of my {}."),
    "late": ("My {} arrived late.", "The {} is late, what about the shipping cost?"),
    "changed_mind": ("I changed my mind about the {} and would like to return it.", "I no longer need the {}, can I return it?"),
}  # fmt: skip
_TEXTE = {
    "damaged": "Meine {} kam kaputt an, ich möchte mein Geld zurück.",
    "wrong_item": "Sie haben die falsche {} geschickt.",
    "late": "Meine {} kam zu spät an.",
    "changed_mind": "Ich habe es mir mit der {} anders überlegt und möchte sie zurückgeben.",
}
_OTHERS = (
    ("safety", "The kettle gave me an electric shock and I am hurt."),
    ("unclear", "Hello, about my order, please see above."),
    ("damaged", "Mi lámpara ha llegado rota."),
    ("late", "Mi pedido ha llegado tarde."),
    ("damaged", "Ma lampe est arrivée cassée."),
)


@cache
def sample() -> tuple[dict[str, Any], ...]:
    """60 cases of January to April, labelled with the window of before the change throughout."""
    return pilot("pilot", {"damaged": 18, "changed_mind": 15, "late": 12, "wrong_item": 10})


def pilot(seed: str, counts: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    """So many cases of each reason, and those of `_OTHERS`."""
    rng = stream(seed)
    reasons = [reason for reason, count in counts.items() for _ in range(count)]
    rng.shuffle(reasons)
    said = [(reason, _message(rng, reason, german=at % 6 == 5)) for at, reason in enumerate(reasons)]
    return tuple(_case(rng, at, reason, message) for at, (reason, message) in enumerate([*said, *_OTHERS], 1))


def sample_messages() -> tuple[str, ...]:
    return tuple(case["ticket"]["message"] for case in sample())


def lines() -> str:
    """The file `data/pilot.jsonl`."""
    return as_lines(sample())


def fresh(seed: int) -> dict[str, str]:
    """Another pilot, other labelled replies, and practice systems that call a person without need more often, and for
    other tickets: what commands in candidates' documents are run on again."""
    rng = stream(f"claims-{seed}", "how many")
    counts = {reason: rng.randint(11, 21) for reason in _TEXTS}
    labelled = [one.labelled for one in replies.write(f"claims-{seed}", rng.randint(62, 90))]
    needless = {"needless_in_100": 10 + 4 * (seed % 4)}
    return {
        "data/pilot.jsonl": as_lines(pilot(f"claims-{seed}", counts)),
        "data/replies.jsonl": as_lines(labelled),
        "data/practice.json": json.dumps(needless) + "\n",
    }


def _message(rng: random.Random, reason: str, *, german: bool) -> str:
    if german:
        return _TEXTE[reason].format(rng.choice(_DINGE))
    return rng.choice(_TEXTS[reason]).format(rng.choice(_THINGS))


def _case(rng: random.Random, at: int, reason: str, message: str) -> dict[str, Any]:
    received = date(2026, 1, 5) + timedelta(days=2 * at)
    delivered = received - timedelta(days=rng.choice([2, 4, 6, 9, 18, 24, 40]))
    order = {
        "id": f"F-{rng.randrange(10_000, 99_999)}",
        "items": rng.randrange(900, 23_000) / 100,
        "shipping": 4.9,
        "kind": rng.choice(["goods", "goods", "goods", "custom", "food"]),
        "delivered": delivered.isoformat(),
    }
    ticket = {"id": f"P-{at:03d}", "received": received.isoformat(), "message": message, "order": order}
    old = ticket | {"received": "2026-03-31", "order": order | {"delivered": _shifted(received, delivered)}}
    right = policy.decide(old, reason)
    gold = {"reason": reason, "action": right.action, "amount": right.amount}
    return {"id": f"pilot-{at:03d}", "ticket": ticket, "gold": gold, "tags": ["pilot"]}


def _shifted(received: date, delivered: date) -> str:
    """The same number of days, counted back from the last day of the old window."""
    return (date(2026, 3, 31) - (received - delivered)).isoformat()
