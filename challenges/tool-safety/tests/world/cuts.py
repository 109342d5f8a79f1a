"""A detector's scores with what was found, and what a cut costs where it is used."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

KINDS = ("given", "counted", "review")
ROWS, RECENT = 900, 1500


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Bad cases lie `apart` from good ones on a scale that `slope` and `shift` turn into scores from 0 to 100."""

    kind: str
    apart: float
    wide: float
    slope: float
    shift: float
    prevalence: float
    asked: dict[str, Any]

    def cost(self, low: float, high: float) -> float:
        """Expected cost of a case: below `low` it passes, from `high` on it is blocked, between it is reviewed."""
        costs, capacity = self.asked["costs"], self.asked.get("capacity", 1.0)
        good, bad = NormalDist(0, 1), NormalDist(self.apart, self.wide)
        at, to = self._place(low), self._place(max(low, high))
        passed = [dist.cdf(at) for dist in (good, bad)]
        blocked = [1 - dist.cdf(to) for dist in (good, bad)]
        shares = (1 - self.prevalence, self.prevalence)
        middle = [1 - one - other for one, other in zip(passed, blocked, strict=True)]
        load = sum(share * part for share, part in zip(shares, middle, strict=True))
        read = min(1.0, capacity / load) if load > 0 else 1.0
        return (
            shares[1] * (passed[1] + middle[1] * (1 - read)) * costs["miss"]
            + shares[0] * blocked[0] * costs["alarm"]
            + load * read * costs["review"]
        )

    def _place(self, score: float) -> float:
        if score <= 0 or score >= 100:
            return -9.0 if score <= 0 else 9.0
        return (math.log(score / (100 - score)) - self.shift) / self.slope

    @cached_property
    def best(self) -> float:
        grid = [100 / (1 + math.exp(-(self.slope * (at / 10) + self.shift))) for at in range(-40, 71, 2)]
        return min(self.cost(low, high) for n, low in enumerate(grid) for high in grid[n:])

    @cached_property
    def naive(self) -> float:
        """The best of passing all, blocking all, and reading all."""
        return min(self.cost(100, 100), self.cost(0, 0), self.cost(0, 100))


def cut(rng: random.Random, kind: str, capacity: bool = False) -> Cut:
    """One that thoughtless ways cost half again as much as the best."""
    while True:
        made = _cut(rng, kind, capacity)
        if made.naive > 1.8 * made.best:
            return made


def _cut(rng: random.Random, kind: str, capacity: bool) -> Cut:
    apart, wide = rng.uniform(1.7, 2.8), rng.uniform(0.8, 1.2)
    slope, shift = rng.uniform(0.5, 1.6), rng.uniform(-2.5, 1.0)
    before, now = rng.uniform(0.2, 0.5), math.exp(rng.uniform(math.log(0.02), math.log(0.4)))
    miss, alarm = rng.choice([(10, 1), (25, 1), (50, 2), (5, 1), (1, 1), (1, 3)])
    scale = rng.uniform(0.5, 4)
    review = rng.uniform(0.04, 0.3) * min(miss, alarm) if kind == "review" or capacity else 40.0 * max(miss, alarm)
    costs = {"miss": round(miss * scale, 2), "alarm": round(alarm * scale, 2), "review": round(review * scale, 3)}
    draw = Drawer(rng, apart, wide, slope, shift)
    asked: dict[str, Any] = {"scored": draw.rows(before), "prevalence": round(now, 4), "recent": [], "costs": costs}
    if kind == "counted":
        asked |= {"prevalence": None, "recent": [draw.score(rng.random() < now) for _ in range(RECENT)]}
    if capacity:
        asked["capacity"] = round(rng.uniform(0.03, 0.1), 3)
    return Cut(kind=kind, apart=apart, wide=wide, slope=slope, shift=shift, prevalence=now, asked=asked)


@dataclass(frozen=True)
class Drawer:
    rng: random.Random
    apart: float
    wide: float
    slope: float
    shift: float

    def score(self, bad: bool, slope: float = 1.0, shift: float = 0.0) -> float:
        z = self.rng.gauss(self.apart, self.wide) if bad else self.rng.gauss(0, 1)
        return round(100 / (1 + math.exp(-(self.slope * slope * z + self.shift + shift))), 2)

    def rows(self, before: float) -> list[dict[str, Any]]:
        """What was found. Of low scores one in four was looked at; bad cases were often logged again; an older scorer had another scale."""
        rows: list[dict[str, Any]] = []
        middle = 100 / (1 + math.exp(-(self.slope * 1.0 + self.shift)))
        for at in range(ROWS):
            bad = self.rng.random() < before
            share = 1.0
            score = self.score(bad)
            if score < middle:
                share = 0.25
            found = bad if self.rng.random() < share else None
            rows.append({"case": f"c{at:04d}", "scorer": 3, "score": score, "bad": found, "looked_at": share})
            if found and self.rng.random() < 0.5:
                rows += [dict(rows[-1]) for _ in range(self.rng.randint(1, 3))]
        for at in range(ROWS // 4):
            bad = self.rng.random() < before
            rows.append(
                {
                    "case": f"a{at:04d}",
                    "scorer": 2,
                    "score": self.score(bad, 1.0, 2.0 if self.shift < 0 else -2.0),
                    "bad": bad,
                    "looked_at": 1.0,
                }
            )
        self.rng.shuffle(rows)
        return rows
