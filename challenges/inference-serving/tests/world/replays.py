"""Replays: what an old and a new build said to the same requests, where saying it twice is not saying the same.

Each kind of request has fields of its own conduct: some are new each time, some shake, some come in any order, some fall back
now and then. Which ones do is drawn; the order of a list means something in one kind and nothing in another. A change is planted in some
requests: a value that never moved, a figure beyond its shaking, an order that stood, a field that is missing.
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader_kit import stream

from world.names import KINDS, ids

FIELDS = ("verdict", "score", "amount", "items", "trace", "model", "note", "days")
CONDUCT = ("still", "shakes", "any order", "new each time", "falls back")
WORDS = ("north", "pine", "seven", "glass", "river", "stone", "cloud", "paper", "amber", "field")


@dataclass(frozen=True, kw_only=True)
class Case:
    shown: dict[str, Any] = field(repr=False)
    changed: frozenset[str] = field(repr=False)


def conduct(rng: random.Random) -> dict[str, str]:
    """How each field of a kind behaves."""
    lists = rng.choice(("still", "any order"))
    figures = rng.sample(("still", "shakes", "shakes"), 3)
    words = rng.sample(("still", "still", "falls back"), 3)
    return {
        "items": lists, "trace": "new each time",
        **dict(zip(("score", "amount", "days"), figures, strict=True)), **dict(zip(("verdict", "model", "note"), words, strict=True)),
    }  # fmt: skip


def truth(rng: random.Random) -> dict[str, Any]:
    figures = {name: round(rng.uniform(10, 500), 2) for name in ("score", "amount", "days")}
    return {
        **figures,
        **{name: rng.choice(WORDS) for name in ("verdict", "model", "note")},
        "items": rng.sample(WORDS, 5),
    }


def said(rng: random.Random, fact: dict[str, Any], how: dict[str, str], jitter: float) -> dict[str, Any]:
    """One saying of it."""
    out = dict(fact)
    for name, kind in how.items():
        if kind == "shakes":
            out[name] = round(fact[name] * (1 + rng.gauss(0, jitter)), 4)
        if kind == "any order":
            out[name] = rng.sample(fact[name], len(fact[name]))
        if kind == "new each time":
            out[name] = f"{rng.getrandbits(40):010x}"
        if kind == "falls back" and rng.random() < 0.22:
            out[name] = "default"
    return dict(rng.sample(sorted(out.items()), len(out)))


def changes(rng: random.Random, fact: dict[str, Any], how: dict[str, str], jitter: float) -> dict[str, Any]:
    """The fact as a new build that is wrong sees it: one thing is another."""
    new = {**fact, "items": list(fact["items"])}
    name = rng.choice([each for each in how if how[each] != "new each time"])
    if name == "items":
        new["items"] = (
            [*fact["items"][1:], fact["items"][0]] if how[name] == "still" else [*fact["items"][:-1], "other"]
        )
    elif isinstance(fact[name], float):
        by = rng.uniform(5, 9) * jitter if how[name] == "shakes" else rng.uniform(0.001, 0.02)
        new[name] = round(fact[name] * (1 + rng.choice((-1, 1)) * by), 2)
    elif rng.random() < 0.3:
        del new[name]
    else:
        new[name] = rng.choice([each for each in WORDS if each != fact[name]])
    return new


def replay(rng: random.Random, many: int) -> Case:
    """Requests of three kinds, each said three times by the old and twice by the new build."""
    hows = {kind: conduct(rng) for kind in rng.sample(KINDS, 3)}
    jitter, part = rng.choice((0.003, 0.008, 0.02)), rng.uniform(0.08, 0.3)
    rows, changed = [], set()
    for name in ids(rng, "y", many):
        kind = rng.choice(sorted(hows))
        how, fact = hows[kind], truth(rng)
        after = changes(rng, fact, how, jitter) if rng.random() < part else fact
        if after != fact:
            changed.add(name)
        still = {key: value for key, value in how.items() if key in after or key == "trace"}
        rows.append({
            "id": name, "kind": kind, "old": [said(rng, fact, how, jitter) for _ in range(3)],
            "new": [said(rng, after, still, jitter) for _ in range(2)],
        })  # fmt: skip
    return Case(shown={"rows": rows}, changed=frozenset(changed))


@cache
def cases(seed: object, name: str, *, many: int = 10, rows: int = 70) -> tuple[Case, ...]:
    rng = stream(seed, "replays", name)
    return tuple(replay(rng, rows) for _ in range(many))


def any_difference(shown: dict[str, Any]) -> list[str]:
    """What differs in anything but what is new each time: the naive rule."""
    return [
        row["id"] for row in shown["rows"]
        if any({**one, "trace": ""} != {**row["old"][0], "trace": ""} for one in row["new"])
    ]  # fmt: skip


def beyond_what_stands(shown: dict[str, Any]) -> list[str]:
    """What differs where the old build said the same three times, or by more than 3 % in a figure: each request by itself."""

    def moved(old: list[Any], new: list[Any]) -> bool:
        if isinstance(old[0], float):
            return all(isinstance(one, int | float) and abs(one / old[0] - 1) > 0.03 for one in new)
        return all(one == old[0] for one in old) and all(one != old[0] for one in new)

    return [
        row["id"] for row in shown["rows"]
        if any(moved([one.get(name) for one in row["old"]], [one.get(name) for one in row["new"]]) for name in row["old"][0])
    ]  # fmt: skip


NAIVE = (any_difference, beyond_what_stands)


def f_measure(cases: Sequence[Case], replies: Sequence[Any]) -> float:
    """Of all cases together: precision and recall in one figure."""
    hit = named = there = 0
    for one, reply in zip(cases, replies, strict=True):
        names = set(reply)
        hit, named, there = hit + len(names & one.changed), named + len(names), there + len(one.changed)
    return 2 * hit / max(1, named + there)
