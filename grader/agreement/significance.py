"""Small pieces of inference, exact where that is cheap: intervals, p-values, corrections for several tests at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def wilson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """Wilson's (1927) two-sided score interval for a share; None without observations."""
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = hits / n
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (centre - half) / (1 + z * z / n)), min(1.0, (centre + half) / (1 + z * z / n))


def student_cdf(t: float, df: float) -> float:
    """P(T ≤ t) for Student's t with `df` degrees of freedom."""
    if t * t < df:  # near the middle, df / (df + t²) would be 1 to all its digits
        return 0.5 + math.copysign(0.5 * incomplete_beta(0.5, df / 2, t * t / (df + t * t)), t)
    tail = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t * t))
    return tail if t < 0 else 1 - tail


def student_quantile(p: float, df: float) -> float:
    """The t with P(T ≤ t) = `p`, 0 < p < 1, by bisection."""
    low, high = -1.0, 1.0
    while student_cdf(low, df) > p:
        low *= 2
    while student_cdf(high, df) < p:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_cdf(middle, df) < p else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) by its continued fraction (Numerical Recipes, 6.4)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for m in range(1, 1000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away_from_zero(1 + term * d, tiny)
            c = _away_from_zero(1 + term / c, tiny)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction


def _away_from_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def t_test_below(values: Floats, limit: float) -> float:
    """One-sided p of "the mean of `values` is not below `limit`". Constant values: 0 if below, else 1."""
    if np.ptp(values) == 0:
        return 0.0 if values[0] < limit else 1.0
    t = (float(values.mean()) - limit) / (float(values.std(ddof=1)) / math.sqrt(values.size))
    return student_cdf(t, values.size - 1)


def wilcoxon_below(values: Floats, limit: float) -> float:
    """One-sided p of Wilcoxon's signed ranks for "`values` are not below `limit`", exact with ties.

    Ties get their mean rank and the null distribution is that of these very ranks under random signs; values equal
    to the limit drop out. Constant values: 0 if below, else 1. For few values: the work grows with n³.
    """
    if np.ptp(values) == 0:
        return 0.0 if values[0] < limit else 1.0
    gaps = values - limit
    gaps = gaps[gaps != 0]
    doubled = np.rint(2 * mean_ranks(np.abs(gaps))).astype(int)
    ways = np.zeros(int(doubled.sum()) + 1)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] = ways[rank:] + ways[: ways.size - rank]
    return float(ways[: int(doubled[gaps > 0].sum()) + 1].sum() / ways.sum())


def mean_ranks(values: Floats | NDArray[np.int64]) -> Floats:
    """Ranks from 1; equal values share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends: Floats = np.cumsum(counts).astype(np.float64)
    return (ends - (counts - 1) / 2)[inverse]


def benjamini_yekutieli(p_values: Sequence[float], rate: float = 0.05) -> tuple[bool, ...]:
    """Which hypotheses are rejected at false discovery rate `rate` under any dependence (2001)."""
    m = len(p_values)
    harmonic = sum(1 / i for i in range(1, m + 1))
    order = sorted(range(m), key=lambda i: p_values[i])
    passed = [rank for rank, i in enumerate(order, 1) if p_values[i] <= rank * rate / (m * harmonic)]
    rejected = set(order[: max(passed, default=0)])
    return tuple(i in rejected for i in range(m))


def holm_levels(p_values: Sequence[float], level: float = 0.05) -> tuple[float, ...]:
    """The significance level at which Holm's (1979) step-down procedure looks at each hypothesis.

    The smallest p is looked at level/m, the next at level/(m-1), …; after the first that is not rejected, all others
    keep its level. So "p ≤ its level" rejects exactly what Holm rejects.
    """
    m = len(p_values)
    levels = [level] * m
    stopped: float | None = None
    for rank, i in enumerate(sorted(range(m), key=lambda i: p_values[i])):
        levels[i] = level / (m - rank) if stopped is None else stopped
        if stopped is None and p_values[i] > levels[i]:
            stopped = levels[i]
    return tuple(levels)
