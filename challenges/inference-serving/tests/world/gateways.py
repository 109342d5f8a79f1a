"""Periods of requests for the router, and models that are not as their list says.

What the list does not say, and the profile shows: for one kind the hint is upside down; one model bills a least number of tokens, one
bills calls that were given up; the dear model is no better for one kind; a model in trouble either answers with errors or hangs,
while nothing else about it changes; after trouble it is slow for a while.
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.play import play
from engine.routing import Case, Outcome, episode
from grader_kit import stream

from world.arrivals import FAMILIES, PUBLIC, arrivals
from world.names import KINDS, MODELS, REGIONS, TENANTS, ids

ERROR_MS = 350.0
COLD_MS = 5000.0


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model as it is."""

    id: str
    price: float
    """EUR for 1,000 tokens."""
    region: str
    slots: int
    base_ms: float
    token_ms: float
    skill: dict[str, tuple[float, float]]
    """By kind: how probable a right answer is to the easiest and to the hardest request."""
    least: int = 0
    """Tokens that are billed at the least."""
    bills_given_up: bool = True

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "price": self.price, "region": self.region, "slots": self.slots}


Outage = tuple[float, float, str]


@dataclass(frozen=True, kw_only=True)
class World:
    """What is true in a period; draws are by request and model, so that they do not depend on what was sent before."""

    seed: str
    models: dict[str, Model]
    outages: dict[str, list[Outage]] = field(default_factory=dict)

    def attempt(self, model: str, request: dict[str, Any], now: float) -> tuple[str, float]:
        one = self.models[model]
        took = one.base_ms + one.token_ms * request["tokens"]
        took *= math.exp(stream(self.seed, model, request["id"]).gauss(0, 0.25))
        for begins, ends, how in self.outages.get(model, ()):
            if begins <= now < ends:
                return (how, ERROR_MS if how == "error" else 0.0)
            if ends <= now < ends + COLD_MS:
                took *= 1 + 2 * (ends + COLD_MS - now) / COLD_MS
        return "answer", round(took, 3)

    def right(self, model: str, request: dict[str, Any]) -> float:
        easy, hard = self.models[model].skill[request["kind"]]
        return easy + (hard - easy) * request["hardness"]

    def bill(self, model: str, request: dict[str, Any], how: str) -> float:
        one = self.models[model]
        if how == "error" or (how == "gives up" and not one.bills_given_up):
            return 0.0
        return round(one.price * max(one.least, request["tokens"]) / 1000, 6)


def models(rng: random.Random, kinds: Sequence[str], regions: Sequence[str]) -> dict[str, Model]:
    """A small, a middle, a large and an overpriced model, in an order that says nothing."""
    even = rng.choice(kinds)
    names, unbilled, least = rng.sample(MODELS, 4), rng.randrange(4), rng.choice((0, 1))
    sizes = [
        (0.4, 0.93, 0.25, 240, 0.35),
        (1.6, 0.95, 0.55, 420, 0.6),
        (5.0, 0.97, 0.86, 700, 1.0),
        (6.5, 0.95, 0.7, 500, 0.8),
    ]
    made = []
    for at, (price, easy, hard, base, token) in enumerate(sizes):
        skill = {
            kind: (
                easy + rng.uniform(-0.03, 0.02),
                (0.3 if kind == even and at < 3 else hard) + rng.uniform(-0.06, 0.06),
            )
            for kind in kinds
        }
        made.append(
            Model(
                id=names[at], price=round(price * rng.uniform(0.8, 1.25), 2), region=regions[at % 2], slots=rng.choice((5, 6, 8)),
                base_ms=base * rng.uniform(0.8, 1.2), token_ms=token * rng.uniform(0.8, 1.2), skill=skill,
                least=rng.choice((1200, 1800)) if at == least else 0, bills_given_up=at != unbilled,
            )
        )  # fmt: skip
    rng.shuffle(made)
    return {each.id: each for each in made}


def requests(
    rng: random.Random, kinds: Sequence[str], turned: str, times: Sequence[float], tenants: Sequence[str]
) -> list[dict[str, Any]]:
    """A trace. `hint` is what a classifier takes a request's hardness for, upside down for the kind `turned`."""
    rows = []
    for name, at in zip(ids(rng, "r", len(times)), times, strict=True):
        kind, hardness = rng.choice(kinds), rng.random()
        hint = min(1.0, max(0.0, (1 - hardness if kind == turned else hardness) + rng.gauss(0, 0.12)))
        rows.append({
            "id": name, "kind": kind, "tenant": rng.choice(tenants), "private": rng.random() < 0.3, "tokens": int(rng.lognormvariate(6.3, 0.7)) + 20,
            "hint": round(hint, 3), "worth": rng.choice((1, 1, 2, 4)), "arrived": at, "by": round(at + rng.uniform(4000, 12000), 3),
            "hardness": hardness,
        })  # fmt: skip
    return rows


def profile(
    rng: random.Random, world: World, kinds: Sequence[str], turned: str, tenants: Sequence[str]
) -> dict[str, Any]:
    """Calls of last week: each request once, with what was billed and whether people found the answer right."""
    rows = []
    for request in requests(rng, kinds, turned, [0.0] * 420, tenants):
        name = rng.choice(sorted(world.models))
        how, ms = world.attempt(name, request, 0.0)
        if rng.random() < 0.12:
            how, ms = rng.choice((("gives up", 8000.0), ("error", ERROR_MS)))
        rows.append({
            "model": name, "kind": request["kind"], "tokens": request["tokens"], "hint": request["hint"], "how": how, "ms": ms,
            "eur": world.bill(name, request, how),
            "right": rng.random() < world.right(name, request) if how == "answer" else None,
        })  # fmt: skip
    return {"models": [each.shown() for each in world.models.values()], "calls": rows}


def outages(rng: random.Random, names: Sequence[str], ends: float, many: int) -> dict[str, list[Outage]]:
    """For `many` of the models one window of a sixth to a third of the period each."""
    found = {}
    for name in rng.sample(list(names), many):
        begins, took = rng.uniform(0.1, 0.55) * ends, rng.uniform(0.17, 0.33) * ends
        found[name] = [(begins, begins + took, rng.choice(("error", "hangs")))]
    return found


def case(
    seed: object,
    name: str,
    family: str,
    *,
    budget: tuple[float, float],
    troubles: int,
    dear: str = "",
    many: int = 110,
) -> tuple[Case, dict[str, Any]]:
    """A case, and the profile that `learn` gets of its models. `budget` is the cap, from and to, as a share of what the dearest model costs for
    all."""
    rng = stream(seed, "gateways", name)
    kinds, regions, tenants = rng.sample(KINDS, 4), rng.sample(REGIONS, 2), rng.sample(TENANTS, 3)
    turned = rng.choice(kinds)
    world = World(seed=f"{seed}:{name}", models=models(rng, kinds, regions))
    times = arrivals(rng, family, many, rng.uniform(420, 620))
    trace, ends = requests(rng, kinds, turned, times, tenants), times[-1] + 1000
    large = max(world.models.values(), key=lambda one: one.skill[kinds[0]][1])
    cap = rng.uniform(*budget) * sum(world.bill(large.id, each, "answer") for each in trace)
    full = replace(world, outages=outages(rng, sorted(world.models), ends, troubles))
    one = Case(
        models=[each.shown() for each in world.models.values()], requests=trace, cap=round(cap, 4), ends=ends, expected=many,
        over=round(4 * sum(each["worth"] for each in trace) / cap, 3), world=full,
        policy=rules(rng, dear, regions, tenants) if dear else None,
    )  # fmt: skip
    return one, profile(rng, world, kinds, turned, tenants)


RULES = ("keep", "answer")


def rules(rng: random.Random, dear: str, regions: Sequence[str], tenants: Sequence[str]) -> dict[str, Any]:
    """The change: two rules, which contradict each other wherever the region's models are in trouble or too dear. One of
    them is `dear`, "keep" or "answer"."""
    keep, answer = ((2.5, 5.0) if dear == rule else (0.2, 0.6) for rule in RULES)
    return {
        "keep": {"regions": [rng.choice(regions)], "worth": round(rng.uniform(*keep), 2)},
        "answer": {"tenants": rng.sample(list(tenants), 2), "worth": round(rng.uniform(*answer), 2)},
    }


HIDDEN = ("hardness",)


def hidden(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what no state shows."""
    return {**state, "request": {key: value for key, value in state["request"].items() if key not in HIDDEN}}


def cases(
    seed: object,
    name: str,
    *,
    budget: tuple[float, float],
    troubles: int,
    change: bool = False,
    each: int = 1,
    public: bool = False,
):
    """Cases of all families, `each` of each. Caps come from the lower and the upper half of `budget` in turn, and each rule
    is the dear one as often as the other, with another family each time."""
    middle, made = sum(budget) / 2, []
    for at, family in enumerate((PUBLIC if public else FAMILIES) * each):
        turn = at + at // len(FAMILIES)
        half = budget if public else ((budget[0], middle), (middle, budget[1]))[(turn // 2) % 2]
        dear = RULES[turn % 2] if change else ""
        made.append(case(seed, f"{name}:{at}", family, budget=half, troubles=troubles, dear=dear))
    return made


def dearest_until_broke(state: dict[str, Any]) -> dict[str, Any]:
    """All go to the dearest model, and when the bills have reached the cap to the cheapest: the naive rule."""
    models = sorted(state["models"], key=lambda one: one["price"])
    order = models if state["spent"] >= 0.9 * state["cap"] else models[::-1]
    tried = {each["to"] for each in state["request"]["tries"]}
    open_to = [each["id"] for each in order if each["id"] not in tried]
    return {"to": open_to[0] if open_to else None, "give_up": 5000}


def cheapest(state: dict[str, Any]) -> dict[str, Any]:
    """All go to the cheapest model that has not been tried: the other naive rule."""
    tried = {each["to"] for each in state["request"]["tries"]}
    order = [each["id"] for each in sorted(state["models"], key=lambda one: one["price"]) if each["id"] not in tried]
    return {"to": order[0] if order else None, "give_up": 5000}


NAIVE = (dearest_until_broke, cheapest)


def run(policy: Any, cases: Sequence[Case]) -> list[Outcome]:
    """What a policy that lives in this process makes of cases."""
    return play(lambda states: [policy(hidden(state)) for state in states], [episode(each) for each in cases])
