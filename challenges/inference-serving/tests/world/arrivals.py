"""When requests come: families of traces. What was tuned on one meets the others."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random

FAMILIES = ("poisson", "gamma", "bursts", "wave")
PUBLIC = ("poisson", "bursts")


def arrivals(rng: random.Random, family: str, many: int, mean_ms: float) -> list[float]:
    """`many` times in milliseconds, in order, `mean_ms` apart in the mean."""
    return {"poisson": _poisson, "gamma": _gamma, "bursts": _bursts, "wave": _wave}[family](rng, many, mean_ms)


def _sums(gaps: list[float]) -> list[float]:
    at, times = 0.0, []
    for gap in gaps:
        at += gap
        times.append(round(at, 3))
    return times


def _poisson(rng: random.Random, many: int, mean_ms: float) -> list[float]:
    return _sums([rng.expovariate(1 / mean_ms) for _ in range(many)])


def _gamma(rng: random.Random, many: int, mean_ms: float) -> list[float]:
    """More even than it seems for a while, then long pauses: a coefficient of variation of 2."""
    return _sums([rng.gammavariate(0.25, mean_ms / 0.25) for _ in range(many)])


def _bursts(rng: random.Random, many: int, mean_ms: float) -> list[float]:
    """Six to fourteen at once, then a pause."""
    gaps: list[float] = []
    while len(gaps) < many:
        size = rng.randint(6, 14)
        gaps += [size * mean_ms * rng.uniform(0.6, 1.4), *(rng.uniform(1, 12) for _ in range(size - 1))]
    return _sums(gaps[:many])


def _wave(rng: random.Random, many: int, mean_ms: float) -> list[float]:
    """Twice as many in the middle third as before and after."""
    middle = range(many // 4, 3 * many // 4)
    return _sums([rng.expovariate(1 / (mean_ms * (0.67 if at in middle else 1.33))) for at in range(many)])
