"""Two shares beside each other: difference, ratio, exact test, and the trend of many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grader.agreement.significance import wilson
from grader.analytics.figures.tails import quantile, two_sided

Interval = tuple[float, float]


def difference_interval(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> Interval | None:
    """Newcombe's (1998) hybrid score interval of x1/n1 - x2/n2; None where a share is of nobody."""
    first, second = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    if first is None or second is None:
        return None
    p1, p2 = x1 / n1, x2 / n2
    below = math.hypot(p1 - first[0], second[1] - p2)
    above = math.hypot(first[1] - p1, p2 - second[0])
    return p1 - p2 - below, p1 - p2 + above


def katz_interval(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> Interval | None:
    """The interval of (x1/n1)/(x2/n2) from the normal of its logarithm (Katz 1978); None where somebody has none."""
    if min(x1, x2) == 0:
        return None
    reach = quantile(confidence) * math.sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
    ratio = (x1 / n1) / (x2 / n2)
    return ratio * math.exp(-reach), ratio * math.exp(reach)


def ratio_interval(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> tuple[float, float | None] | None:
    """Koopman's (1984) score interval of (x1/n1)/(x2/n2). The upper end is None where x2 is 0: there is none. None
    where a share is of nobody, or nobody has been selected in either."""
    if min(n1, n2) == 0 or x1 + x2 == 0:
        return None
    limit = quantile(confidence) ** 2

    def edge(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            far = _koopman(x1, n1, x2, n2, math.exp(middle)) > limit
            inside, outside = (inside, middle) if far else (middle, outside)
        return math.exp((inside + outside) / 2)

    centre = math.log(((x1 or 0.5) / n1) / ((x2 or 0.5) / n2))
    low = 0.0 if x1 == 0 else edge(centre, centre - 30)
    return low, None if x2 == 0 else edge(centre, centre + 30)


def _koopman(x1: int, n1: int, x2: int, n2: int, ratio: float) -> float:
    """The score statistic of "p1 is `ratio` times p2": how far what was seen lies from the likeliest such pair."""
    a, b, c = (n1 + n2) * ratio, n1 * ratio + x1 + n2 + x2 * ratio, x1 + x2
    p2 = 2 * c / (b + math.sqrt(max(b * b - 4 * a * c, 0)))  # the smaller root, without cancellation
    p1 = min(p2 * ratio, 1.0)
    return _part(x1, n1, p1) + _part(x2, n2, p2)


def _part(x: int, n: int, p: float) -> float:
    spread = n * p * (1 - p)
    return (x - n * p) ** 2 / spread if spread > 0 else (0.0 if abs(x - n * p) < 1e-9 else math.inf)


def fisher(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """Fisher's exact test of two shares, two-sided: the sum over all tables that are at most as likely as this one,
    and the mid-p, which counts this one by half. (1, 1) where nothing can differ."""
    drawn, total = x1 + x2, n1 + n2
    low, high = max(0, drawn - n2), min(drawn, n1)
    if low == high:
        return 1.0, 1.0
    logs = np.array([_log_choose(n1, k) + _log_choose(n2, drawn - k) for k in range(low, high + 1)])
    chance = np.exp(logs - _log_choose(total, drawn))
    seen = float(chance[x1 - low])
    same = np.abs(chance - seen) <= seen * 1e-7
    less = float(chance[(chance < seen) & ~same].sum())
    level = float(chance[same].sum())
    p = min(1.0, less + level)
    return p, p - seen / 2


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def two_deviations(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float] | None:
    """z of the pooled test of two shares, as courts count standard deviations, and its p; None where nothing varies."""
    if min(n1, n2) == 0 or x1 + x2 in {0, n1 + n2}:
        return None
    p = (x1 + x2) / (n1 + n2)
    z = (x1 / n1 - x2 / n2) / math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    return z, two_sided(z)


def needed_for_shares(p1: float, p2: float, power: float = 0.8, level: float = 0.05) -> int:
    """People in each of two groups of one size that show p1 apart from p2 with `power`."""
    z, b = quantile(1 - level), quantile(2 * power - 1)
    mean = (p1 + p2) / 2
    root = z * math.sqrt(2 * mean * (1 - mean)) + b * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return math.ceil((root / (p1 - p2)) ** 2)


def trend(hits: Sequence[int], totals: Sequence[int], scores: Sequence[float]) -> tuple[float, float, float] | None:
    """Cochran and Armitage: chi-square of a linear trend of hits/totals over `scores`, its p, and the sign of the trend
    as ±1; None where shares or scores do not vary."""
    n, x, s = (np.asarray(values, dtype=np.float64) for values in (totals, hits, scores))
    total = float(n.sum())
    p = float(x.sum()) / total if total else 0.0
    spread = float((n * s * s).sum()) - float((n * s).sum()) ** 2 / total if total else 0.0
    if p in {0.0, 1.0} or spread <= 0:
        return None
    t = float((s * (x - n * p)).sum())
    statistic = t * t / (p * (1 - p) * spread)
    return statistic, two_sided(math.sqrt(statistic)), math.copysign(1.0, t)
