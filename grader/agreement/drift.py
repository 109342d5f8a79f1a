"""Whether somebody's levels move away from what was settled, case by case: the material of the control chart.

A point is a case, not a level: the levels of one case are given in one go, and as six points they would count one mood
six times. Its value is the mean of a rater's levels less the settled ones. No numpy here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import fmean

from grader.agreement.control import Point, chart, first_signal
from grader.agreement.labels import median_half_up
from grader.agreement.thresholds import FEW
from grader.ratings.table import Rating


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One rater on the cases of theirs that have a settled level, in the order in which they were opened to all."""

    rater: str
    n: int
    """Such cases."""
    points: tuple[Point, ...]
    """Empty where there are too few to tell, or no scatter to draw limits from."""
    reason: str
    """Why there are none."""

    @property
    def first(self) -> int | None:
        """Number of the first case at which the mean lies beyond its limits, from 1."""
        return first_signal(self.points)


def drift(ratings: Sequence[Rating]) -> tuple[Drift, ...]:
    """Every rater in `ratings`, by name. Levels without a date cannot be put in order and are left out."""
    values = _values(ratings)
    sd = _scatter(values.values())
    return tuple(_drift(rater, found, sd) for rater, found in sorted(values.items()))


def _drift(rater: str, values: Sequence[float], sd: float) -> Drift:
    n = len(values)
    if n < FEW:
        return Drift(rater=rater, n=n, points=(), reason=f"too few to tell: {n} of {FEW} cases with a settled level")
    if sd <= 0:
        return Drift(rater=rater, n=n, points=(), reason="nobody’s levels scatter, so luck has no limits to draw")
    return Drift(rater=rater, n=n, points=chart(values, sd=sd), reason="")


def _values(ratings: Sequence[Rating]) -> Mapping[str, Sequence[float]]:
    """Rater → mean of level less the settled one of each case, in order."""
    closed: dict[tuple[str, str], list[int]] = {}
    for row in ratings:
        if row.role == "adjudicator":
            closed.setdefault((row.item, row.criterion), []).append(row.level)
    gaps: dict[str, dict[str, list[int]]] = {}
    moments: dict[tuple[str, str], datetime] = {}
    for row in ratings:
        if row.role != "rater" or row.kind != "human":
            continue
        of_rater = gaps.setdefault(row.rater, {})
        settled = closed.get((row.item, row.criterion))
        if settled and row.rated_at is not None:
            of_rater.setdefault(row.item, []).append(row.level - median_half_up(settled))
            moments[row.rater, row.item] = min(row.rated_at, moments.get((row.rater, row.item), row.rated_at))
    ordered = {rater: sorted(found, key=lambda item: (moments[rater, item], item)) for rater, found in gaps.items()}
    return {rater: [fmean(gaps[rater][item]) for item in items] for rater, items in ordered.items()}


def _scatter(series: Iterable[Sequence[float]]) -> float:
    """How far a value lies from the same person's value before, as a standard deviation over all people: a drift that
    comes slowly does not widen its own limits."""
    steps = [(after - before) ** 2 for values in series for before, after in pairwise(values)]
    return math.sqrt(sum(steps) / (2 * len(steps))) if steps else 0.0
