"""Canaries: what is true of a new build, and rows that say so badly.

What makes rows lie, each in some cases: the canary gets another mix of routes; its first minutes are cold; a request that was
tried again has two rows, of which the last one counts; rows without a time are either lost by the collector (by chance, on both sides) or
answers that it stopped waiting for (and these are late).
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader_kit import repeated, stream

from world.names import KINDS, ids

KIND = ("null", "slower", "wilder", "tamer", "failing", "waiting", "mixed", "cold", "retried")
BAD = frozenset({"slower", "wilder", "failing", "waiting"})
VERDICTS = ("promote", "roll_back", "wait")
WARM = 10
"""Minutes in which a build is cold, as the letter of the instruction says."""


@dataclass(frozen=True, kw_only=True)
class Case:
    kind: str
    shown: dict[str, Any] = field(repr=False)

    def cost(self, verdict: str | None) -> float:
        """What a verdict costs; one that is of no use costs as much as the dearest."""
        costs = self.shown["costs"]
        bad = costs["bad_promoted"] if self.kind in BAD else 0.0
        good = 0.0 if self.kind in BAD else costs["good_rolled_back"]
        prices = {"promote": bad, "roll_back": good, "wait": costs["wait"]}
        return prices.get(verdict or "", max(costs.values()))


def draw(rng: random.Random, kind: str, new: bool, route: float, limit: float) -> tuple[float | None, bool, str]:
    """Time in milliseconds, success, and why there is no time."""
    spread = 0.5
    middle = 0.62 * limit * route
    if new and kind == "slower":
        middle *= 1.3
    if new and kind in ("wilder", "tamer"):
        spread, middle = (0.85, middle * 0.9) if kind == "wilder" else (0.25, middle * 1.06)
    ms = middle * rng.lognormvariate(0, spread)
    failed = rng.random() < (0.075 if new and kind == "failing" else 0.015)
    cut = rng.random() < (0.07 if new and kind == "waiting" else 0.01)
    if cut or ms > 6 * limit:
        return None, not failed, "window"
    if rng.random() < 0.04:
        return None, not failed, "lost"
    return round(ms, 1), not failed, ""


def rows(
    rng: random.Random, kind: str, new: bool, many: int, routes: dict[str, float], limit: float
) -> list[dict[str, Any]]:
    made = []
    weights = (
        (6, 3, 1) if not (new and kind in ("mixed", "slower", "cold")) else (1, 3, 6) if kind == "mixed" else (5, 3, 2)
    )
    for name in ids(rng, "c", many):
        route, minute = rng.choices(list(routes), weights)[0], rng.randrange(60)
        if new and kind == "cold":
            minute = rng.choice((rng.randrange(WARM), minute))
        cold = 2.4 if new and minute < WARM else 1.0
        ms, ok, why = draw(rng, kind, new, routes[route] * cold, limit)
        row = {"id": name, "minute": minute, "route": route, "try": 1, "ms": ms, "ok": ok, "missing": why or None}
        if new and kind == "retried" and rng.random() < 0.2:
            made.append({**row, "ms": round(limit * rng.uniform(1.1, 2), 1), "ok": False, "missing": None})
            row["try"] = 2
        made.append(row)
    rng.shuffle(made)
    return made


def case(rng: random.Random, kind: str, many: tuple[int, int] = (500, 900)) -> Case:
    """A canary of a kind, with costs that make another certainty the right one each time."""
    limit, names = rng.choice((400, 800, 1500)), rng.sample(KINDS, 3)
    routes = dict(zip(names, (0.7, 1.0, 1.7), strict=True))
    size = rng.randint(*many)
    bad, good = rng.choice(((20, 4), (8, 8), (4, 20), (40, 10)))
    shown = {
        "limit_ms": limit,
        "costs": {"bad_promoted": bad, "good_rolled_back": good, "wait": rng.choice((1, 2, 3))},
        "tolerated": 0.02,
        "baseline": rows(rng, kind, False, size, routes, limit),
        "canary": rows(rng, kind, True, size, routes, limit),
    }
    return Case(kind=kind, shown=shown)


@cache
def cases(seed: object, name: str, *, least: int = 3, most: int = 5) -> tuple[Case, ...]:
    """Canaries of all kinds, as many bad ones as good ones, in an order that says nothing."""
    rng = stream(seed, "canaries", name)
    made = [case(rng, kind) for kind in repeated(rng, KIND, least, most)]
    rng.shuffle(made)
    return tuple(made)


def by_means(shown: dict[str, Any]) -> str:
    """Rolls back where the canary's mean is a tenth above: the naive rule."""
    means = []
    for side in ("baseline", "canary"):
        times = [row["ms"] for row in shown[side] if row["ms"] is not None]
        means.append(sum(times) / len(times))
    return "roll_back" if means[1] > 1.1 * means[0] else "promote"


def by_costs(shown: dict[str, Any]) -> str:
    """What costs least where every second build is bad, and no row is read: the other naive rule."""
    costs = shown["costs"]
    prices = {"promote": costs["bad_promoted"] / 2, "roll_back": costs["good_rolled_back"] / 2, "wait": costs["wait"]}
    return min(prices, key=prices.__getitem__)


def constant(cases: Sequence[Case]) -> float:
    """What the best single verdict costs."""
    return min(sum(one.cost(verdict) for one in cases) for verdict in VERDICTS)
