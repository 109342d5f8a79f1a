"""A cache in front of a model: prompts come one after the other, each with the entries nearest to it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .play import Episode

NEAREST = 4


@lru_cache(maxsize=20_000)
def threes(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


@lru_cache(maxsize=200_000)
def near(one: str, other: str) -> float:
    """How near two texts are, by what three letters they share: it knows nothing of what matters."""
    a, b = threes(one), threes(other)
    shared = len(a & b)
    return shared / max(1, len(a) + len(b) - shared)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`prompts` in the order in which they come. `same` says whether the answer to the second serves for the first, which no state
    shows."""

    prompts: Sequence[Mapping[str, Any]]
    same: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
    error: float
    """Share of the hits that may be wrong."""
    notes: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Outcome:
    asked: int = 0
    hits: int = 0
    bad: int = 0
    """Hits whose answer does not serve, or may not be used."""
    wrong: list[str] = field(default_factory=list)


SHOWN = ("id", "text", "tenant", "at")


def episode(case: Case) -> Episode:
    """Runs a case: yields the prompt with its nearest entries, takes {"use": an entry's id or None}. What is not
    served from an entry is answered by the model, and becomes an entry."""
    out, entries = Outcome(), []
    for prompt in case.prompts:
        found = heapq.nsmallest(NEAREST, entries, key=lambda one: (-near(prompt["text"], one["text"]), -one["at"]))
        shown = [
            {**{key: one[key] for key in SHOWN}, "similarity": round(near(prompt["text"], one["text"]), 4)}
            for one in found
        ]
        state = {"prompt": {key: prompt[key] for key in SHOWN}, "entries": shown, "error": case.error, "notes": case.notes}
        reply = yield state | ({"policy": case.policy} if case.policy else {})
        out.asked += 1
        use = reply.get("use") if isinstance(reply, dict) else ...
        entry = next((one for one in found if one["id"] == use), None)
        if use is not None and entry is None:
            out.wrong.append("look has to return {\"use\": the id of one of the entries, or None}")
        if entry is None:
            entries.append(prompt)
            continue
        out.hits += 1
        apart = bool(case.policy and case.policy.get("apart")) and entry["tenant"] != prompt["tenant"]
        out.bad += apart or not case.same(prompt, entry)
    return out
