"""Two groups compared within strata: Mantel and Haenszel, whether their ratio is one, and ETS's classes of DIF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.analytics.figures.tails import NORMAL, chi_square_above, quantile

ETS = -2.35
"""ETS's delta is this many times the logarithm of the odds ratio; below 0 the item is harder for the focal group."""
Cells = tuple[int, int, int, int]
"""a, b, c, d: right and wrong of the reference group, right and wrong of the focal group."""


@dataclass(frozen=True, kw_only=True)
class MantelHaenszel:
    """The common odds ratio with its 95 % interval, and the test of "it is 1"."""

    odds: float
    log_se: float
    low: float
    high: float
    chi_square: float
    p: float
    corrected: float
    """Chi-square with the continuity correction."""
    delta: float
    delta_se: float


def mantel_haenszel(tables: Sequence[Cells]) -> MantelHaenszel | None:
    """Over strata of two by two tables (variance of Robins, Breslow & Greenland 1986); None where no stratum tells."""
    cells = np.asarray([one for one in tables if sum(one) > 1], dtype=np.float64).reshape(-1, 4)
    a, b, c, d = cells.T
    n = cells.sum(axis=1)
    r, s = a * d / n, b * c / n
    total_r, total_s = float(r.sum()), float(s.sum())
    spread = float(((a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))).sum())
    if not total_r or not total_s or not spread:
        return None
    odds = total_r / total_s
    p, q = (a + d) / n, (b + c) / n
    variance = (
        float((p * r).sum()) / (2 * total_r**2)
        + float((p * s + q * r).sum()) / (2 * total_r * total_s)
        + float((q * s).sum()) / (2 * total_s**2)
    )
    gap = abs(float((a - (a + b) * (a + c) / n).sum()))
    chi_square, corrected = gap**2 / spread, max(gap - 0.5, 0) ** 2 / spread
    se = math.sqrt(variance)
    reach = math.exp(quantile() * se)
    return MantelHaenszel(
        odds=odds, log_se=se, low=odds / reach, high=odds * reach, chi_square=chi_square,
        p=chi_square_above(chi_square, 1), corrected=corrected, delta=ETS * math.log(odds), delta_se=-ETS * se,
    )  # fmt: skip


def breslow_day(tables: Sequence[Cells], odds: float) -> tuple[float, int, float] | None:
    """Chi-square of "each stratum has this odds ratio", its degrees of freedom and p; None with fewer than two strata
    that tell. With a small p a pooled ratio says nothing."""
    statistic, used = 0.0, 0
    for a, b, c, d in tables:
        rows, focal, right = a + b, c + d, a + c
        if not rows or not focal or not right or right == rows + focal:
            continue
        expected = _expected(rows, focal, right, odds)
        parts = (expected, rows - expected, right - expected, focal - right + expected)
        statistic += (a - expected) ** 2 * sum(1 / part for part in parts)
        used += 1
    return (statistic, used - 1, chi_square_above(statistic, used - 1)) if used > 1 else None


def _expected(rows: int, focal: int, right: int, odds: float) -> float:
    """The first cell that the margins and the odds ratio ask for."""
    if abs(odds - 1) < 1e-12:
        return rows * right / (rows + focal)
    linear = odds * (rows + right) + focal - right
    root = math.sqrt(linear * linear - 4 * (odds - 1) * odds * rows * right)
    return (linear - root) / (2 * (odds - 1))


def mantel(strata: Sequence[tuple[Sequence[float], Sequence[float]]]) -> tuple[float, float, float] | None:
    """For points instead of right and wrong, over strata of (reference's, focal's): Mantel's (1963) chi-square, its p,
    and the focal group's mean less the reference's, weighted by the focal group; None where no stratum tells."""
    gap = spread = moved = weight = 0.0
    for reference, focal in strata:
        both = np.asarray([*reference, *focal], dtype=np.float64)
        if not len(reference) or not len(focal) or both.size < 2:
            continue
        mean, n = float(both.mean()), both.size
        gap += float(np.sum(focal)) - len(focal) * mean
        spread += len(reference) * len(focal) * float(both.var(ddof=1)) / n
        moved += len(focal) * (float(np.mean(focal)) - float(np.mean(reference)))
        weight += len(focal)
    if not spread:
        return None
    statistic = gap**2 / spread
    return statistic, chi_square_above(statistic, 1), moved / weight


def ets_class(delta: float, se: float, level: float = 0.05) -> str:
    """A (negligible), B or C (large): C is 1.5 or more and shown to be over 1, A under 1 or not shown to be over 0."""
    size = abs(delta)
    if size < 1 or size < NORMAL.inv_cdf(1 - level / 2) * se:
        return "A"
    return "C" if size >= 1.5 and size - 1 > NORMAL.inv_cdf(1 - level) * se else "B"
