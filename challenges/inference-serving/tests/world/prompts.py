"""Prompts for the cache, and which of their words an answer depends on.

A prompt is made of parts, each of which a desk says or leaves out. Which parts matter is drawn for each desk: a number may be
a ticket's (it does not matter) or how many are wanted (it does); so may a place, a day, a name, a colour. Some intents' answers grow old. The
audits show all that, one pair at a time; those by "auto" repeat the similarity, and say nothing.
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.caching import Case, Outcome, episode, near
from engine.play import play
from grader_kit import open_to, stream

from world.names import TENANTS, ids

PLACES = ("oslo", "turin", "ghent", "porto", "lviv", "brno", "graz", "cork", "bergen", "malmo", "basel", "split")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NAMES = ("marek", "ines", "tomas", "aiko", "farid", "greta", "hugo", "leila", "noor", "pavel", "rosa", "sven")
COLOURS = ("red", "blue", "green", "grey", "black", "white", "amber", "violet")
THINGS = ("lamp", "desk", "chair", "shelf", "monitor", "cabinet", "printer", "screen")
VERBS = (
    ("cancel", "revoke"),
    ("move", "shift"),
    ("return", "send back"),
    ("price", "quote"),
    ("status", "progress"),
    ("repair", "fix"),
)
OPENERS = ("", "", "hi,", "please", "hello there,", "could you", "kindly")
CLOSERS = ("", "", "thanks", "many thanks", "asap", "if possible", "cheers")
NOT = ("", "", "", "not", "without")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Which parts of a prompt matter to its answer, in one deployment."""

    matters: Mapping[str, bool]
    ages: Mapping[str, float]
    """Milliseconds after which an answer is too old, by intent; those that are missing never are."""
    places: Sequence[str] = field(repr=False, default=PLACES)
    names: Sequence[str] = field(repr=False, default=NAMES)


PARTS = ("place", "day", "name", "colour", "ticket", "units")


def desk(rng: random.Random) -> Desk:
    """Half of the parts matter: one of the two kinds of number, and two of the four kinds of word."""
    number, words = rng.choice(("ticket", "units")), rng.sample(PARTS[:4], 2)
    ages = {verbs[0]: rng.choice((20_000.0, 45_000.0)) for verbs in rng.sample(VERBS, 2)}
    return Desk(matters={part: part == number or part in words for part in PARTS}, ages=ages)


Fact = dict[str, Any]


def fact(rng: random.Random, desk: Desk, *, public: bool) -> Fact:
    """What is asked. Parts that matter take few values, so that something is asked twice."""

    def draw(part: str, pool: Sequence[Any], few: int) -> Any:
        pool = open_to(pool, public=public)
        return rng.choice(pool[:few]) if desk.matters[part] else rng.choice(pool)

    return {
        "verb": rng.choice(VERBS[:5] if public else VERBS)[0], "thing": rng.choice(THINGS[:3]), "not": rng.choice(NOT) != "",
        "place": draw("place", desk.places, 3), "day": draw("day", DAYS, 2), "name": draw("name", desk.names, 2),
        "colour": draw("colour", COLOURS, 2), "units": draw("units", range(2, 40), 2), "ticket": draw("ticket", range(1000, 9999), 3),
    }  # fmt: skip


def words(rng: random.Random, one: Fact) -> str:
    """The fact in words; openers, closers and synonyms are free."""
    verbs = next(each for each in VERBS if each[0] == one["verb"])
    parts = [
        rng.choice(OPENERS),
        "do not" if one["not"] else "",
        rng.choice(verbs),
        f"{one['units']} units of the {one['colour']} {one['thing']}",
    ]
    tail = [f"in {one['place']}", f"on {one['day']}", f"for {one['name']}", f"(ticket {one['ticket']})"]
    return " ".join(each for each in (*parts, *tail, rng.choice(CLOSERS)) if each)


def serves(desk: Desk, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the answer to `other`, which is older, serves for `one`."""
    a, b = one["fact"], other["fact"]
    told = all(a[part] == b[part] for part in ("verb", "thing", "not"))
    right = told and all(a[part] == b[part] for part in PARTS if desk.matters[part])
    return right and abs(one["at"] - other["at"]) <= desk.ages.get(a["verb"], float("inf"))


def prompts(rng: random.Random, desk: Desk, many: int, *, public: bool) -> list[dict[str, Any]]:
    """Prompts of a period, some of which are asked again and again (zipf's), in other words and with other parts that do not matter."""
    pool = [fact(rng, desk, public=public) for _ in range(max(6, many // 6))]
    weights = [1 / (at + 1) for at in range(len(pool))]
    rows, at = [], 0.0
    for name in ids(rng, "q", many):
        at += rng.expovariate(1 / 900)
        one = dict(rng.choices(pool, weights)[0])
        free = fact(rng, desk, public=public)
        one |= {part: free[part] for part in PARTS if not desk.matters[part]}
        if rng.random() < 0.3:  # a neighbour that is near in letters and another in what matters
            part = rng.choice([*(each for each in PARTS if desk.matters[each]), "not"])
            one[part] = not one["not"] if part == "not" else free[part]
        rows.append(
            {"id": name, "text": words(rng, one), "tenant": rng.choice(TENANTS[:3]), "at": round(at, 1), "fact": one}
        )
    return rows


def audits(rng: random.Random, desk: Desk, *, public: bool) -> list[dict[str, Any]]:
    """Hits that somebody looked at last month, of a cache that served what was near."""
    rows, seen = [], prompts(rng, desk, 140, public=public)
    while len(rows) < 300:
        one, other = rng.sample(seen, 2)
        close = near(one["text"], other["text"])
        told = all(
            one["fact"][part] == other["fact"][part]
            for part in ("verb", "thing", "not", *PARTS)
            if desk.matters.get(part, True)
        )
        if close < rng.uniform(0.2, 0.6) or (not told and rng.random() < 0.8):
            continue
        by = rng.choice(("auto", "people", "people"))
        right = serves(desk, one, other)
        rows.append({
            "prompt": one["text"], "entry": other["text"], "similarity": round(close, 4),
            "age_ms": round(abs(one["at"] - other["at"]), 1), "by": by, "serves": close >= 0.62 if by == "auto" else right,
        })  # fmt: skip
    return rows


def case(
    seed: object, name: str, *, change: bool = False, many: int = 100, public: bool = False
) -> tuple[Case, dict[str, Any]]:
    """A case, and the profile that `learn` gets of its desk."""
    rng = stream(seed, "prompts", name)
    here = desk(rng)
    one = Case(
        prompts=prompts(rng, here, many, public=public), error=rng.choice((0.03, 0.05, 0.08)),
        same=lambda now, then: serves(here, now, then), policy={"apart": True} if change else None,
    )  # fmt: skip
    return one, {"audits": audits(rng, here, public=public)}


def same_text(state: dict[str, Any]) -> dict[str, Any]:
    """Only what was asked in the very same words: the naive rule."""
    return {"use": next((one["id"] for one in state["entries"] if one["text"] == state["prompt"]["text"]), None)}


POLITE = frozenset(word for said in (*OPENERS, *CLOSERS) for word in re.findall(r"[a-z]+", said))


def plain(text: str) -> frozenset[str]:
    """The words of a text but for polite ones and the ticket."""
    return frozenset(re.findall(r"\w+", re.sub(r"\(ticket \d+\)", "", text))) - POLITE


def nearly_same(state: dict[str, Any]) -> dict[str, Any]:
    """What is not older than a minute and has the same words, but for one that stands for another: a rule that reads no audit."""
    prompt, apart = state["prompt"], state.get("policy", {}).get("apart")
    want = plain(prompt["text"])
    for one in state["entries"]:
        got = plain(one["text"])
        young = prompt["at"] - one["at"] < 60_000 and not (apart and one["tenant"] != prompt["tenant"])
        if young and len(want ^ got) <= 2 and ("not" in want) == ("not" in got):
            return {"use": one["id"]}
    return {"use": None}


NAIVE = (same_text, nearly_same)


def credit(case: Case, out: Outcome) -> float:
    """Share of prompts that were served, as far as errors kept to the bound: nothing is left at three times as many."""
    served = (out.hits - out.bad) / out.asked
    beyond = max(0.0, out.bad - 1 - case.error * out.hits) / max(1.0, 2 * case.error * out.hits)
    return served * max(0.0, 1 - beyond)


def run(policy: Any, cases: Sequence[Case]) -> list[Outcome]:
    """What a policy that lives in this process makes of cases."""
    return play(lambda states: [policy(state) for state in states], [episode(each) for each in cases])
