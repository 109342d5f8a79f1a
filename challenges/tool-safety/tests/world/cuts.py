"""A detector's scores with what was found, and what a cut costs where it is used."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KINDS = ("given", "counted", "review")
ROWS, RECENT = 900, 2500
ROOT = math.sqrt(2)
LEAST = {"given": 0.02, "counted": 0.05, "review": 0.02}
"""Share of bad cases: where few of few thousand are bad, they cannot be counted."""


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
        return self._cost(self._below(low), self._below(max(low, high)))

    def _below(self, score: float) -> tuple[float, float]:
        """Shares of good and of bad cases with a lower score."""
        if score <= 0 or score >= 100:
            return (0.0, 0.0) if score <= 0 else (1.0, 1.0)
        at = (math.log(score / (100 - score)) - self.shift) / self.slope
        return 0.5 * (1 + math.erf(at / ROOT)), 0.5 * (1 + math.erf((at - self.apart) / self.wide / ROOT))

    def _cost(self, low: tuple[float, float], high: tuple[float, float]) -> float:
        costs, (good, bad) = self.asked["costs"], (1 - self.prevalence, self.prevalence)
        load = good * (high[0] - low[0]) + bad * (high[1] - low[1])
        read = min(1.0, self.asked.get("capacity", 1.0) / load) if load > 0 else 1.0
        missed = bad * (low[1] + (high[1] - low[1]) * (1 - read))
        return float(missed * costs["miss"] + good * (1 - high[0]) * costs["alarm"] + load * read * costs["review"])

    @cached_property
    def best(self) -> float:
        grid = [self._below(100 / (1 + math.exp(-(self.slope * (at / 10) + self.shift)))) for at in range(-40, 71, 2)]
        return min(self._cost(low, high) for n, low in enumerate(grid) for high in grid[n:])

    @cached_property
    def naive(self) -> float:
        """The best of passing all, blocking all, and reading all."""
        return min(self.cost(100, 100), self.cost(0, 0), self.cost(0, 100))


def cut(rng: random.Random, kind: str, capacity: bool = False) -> Cut:
    """One that thoughtless ways cost half again as much as the best."""
    while True:
        made = _cut(rng, kind, capacity)
        if made.naive > 1.8 * made.best:
            return _seen(rng, made)


def _cut(rng: random.Random, kind: str, capacity: bool) -> Cut:
    apart, wide = rng.uniform(1.7, 2.8), rng.uniform(0.8, 1.2)
    slope, shift = rng.uniform(0.5, 1.6), rng.uniform(-2.5, 1.0)
    now = math.exp(rng.uniform(math.log(LEAST[kind]), math.log(0.4)))
    miss, alarm = rng.choice([(10, 1), (25, 1), (50, 2), (5, 1), (1, 1), (1, 3)])
    scale = rng.uniform(0.5, 4)
    review = rng.uniform(0.04, 0.3) * min(miss, alarm) if kind == "review" or capacity else 40.0 * max(miss, alarm)
    costs = {"miss": round(miss * scale, 2), "alarm": round(alarm * scale, 2), "review": round(review * scale, 3)}
    asked: dict[str, Any] = {"prevalence": round(now, 4), "recent": [], "costs": costs}
    if capacity:
        asked["capacity"] = round(rng.uniform(0.03, 0.1), 3)
    return Cut(kind=kind, apart=apart, wide=wide, slope=slope, shift=shift, prevalence=now, asked=asked)


def _seen(rng: random.Random, one: Cut) -> Cut:
    """The same with what candidates see of it."""
    draw = Drawer(rng, one.apart, one.wide, one.slope, one.shift)
    one.asked["scored"] = draw.rows(rng.uniform(0.2, 0.5))
    if one.kind == "counted":
        one.asked.update(prevalence=None, recent=[draw.score(rng.random() < one.prevalence) for _ in range(RECENT)])
    return one


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
        """What was found. Of low scores one in four was looked at; bad cases among them were logged again and again; an older scorer had another scale."""
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
            if found and score < middle:
                rows += [dict(rows[-1]) for _ in range(self.rng.randint(3, 6))]
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
