"""Drift of a rater on cases whose level is known: an exponentially weighted mean, and the limits that luck leaves it.

The limits widen from the first point on: with straight ones a drift at the beginning would be overlooked. A point
beyond them is a reason to look at three items together, never to leave anybody out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WEIGHT = 0.2
"""Of the newest point (λ)."""
WIDTH = 3.0
"""Of the limits, in standard errors of the mean (L)."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One step of the chart."""

    mean: float
    low: float
    high: float

    @property
    def signals(self) -> bool:
        return not self.low <= self.mean <= self.high


def chart(
    values: Sequence[float], *, centre: float = 0.0, sd: float, weight: float = WEIGHT, width: float = WIDTH
) -> tuple[Point, ...]:
    """The chart of `values` in their order. For a rater a value is their level less the adjudicated one, `centre` is 0,
    and `sd` how far levels scatter when nobody drifts. Raises ValueError for an `sd` or `weight` that cannot be."""
    if sd <= 0 or not 0 < weight <= 1:
        raise ValueError(f"the chart needs sd > 0 and 0 < weight <= 1, not {sd} and {weight}")
    mean, points = centre, []
    for number, value in enumerate(values, 1):
        mean = weight * value + (1 - weight) * mean
        half = width * sd * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * number)))
        points.append(Point(mean=mean, low=centre - half, high=centre + half))
    return tuple(points)


def first_signal(points: Sequence[Point]) -> int | None:
    """Number of the first point beyond its limits, from 1."""
    return next((number for number, point in enumerate(points, 1) if point.signals), None)
