"""A score against what came later: correlation, what selection did to it, and what it says about single people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.agreement.significance import student_cdf
from grader.analytics.figures.tails import NORMAL, quantile


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Pearson's r; None with fewer than three pairs or where one side does not vary."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.size < 3 or not np.ptp(a) or not np.ptp(b):
        return None
    a, b = a - a.mean(), b - b.mean()
    return max(-1.0, min(1.0, float(a @ b) / math.sqrt(float(a @ a) * float(b @ b))))


def correlation_interval(r: float, n: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """By Fisher's z; None with fewer than four pairs, or where r is 1."""
    if n < 4 or abs(r) >= 1:
        return None
    reach = quantile(confidence) / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)


def correlation_p(r: float, n: int) -> float | None:
    """Two-sided p of "there is no correlation", by Student's t; None with fewer than three pairs."""
    if n < 3 or abs(r) >= 1:
        return None
    t = r * math.sqrt((n - 2) / (1 - r * r))
    return 2 * student_cdf(-abs(t), n - 2)


def needed_for_correlation(r: float, power: float = 0.8, level: float = 0.05) -> int:
    """People that show a correlation of `r` with `power`, by Fisher's z."""
    return math.ceil(((quantile(1 - level) + NORMAL.inv_cdf(power)) / math.atanh(r)) ** 2 + 3)


def direct(r: float, u: float) -> float:
    """Thorndike's case 2: r as it would be without selection on the score itself. `u` is the spread of the score among
    the selected over that among all."""
    wide = 1 / u
    return r * wide / math.sqrt(1 - r * r + r * r * wide * wide)


@dataclass(frozen=True, kw_only=True)
class Indirect:
    """Hunter, Schmidt and Le's case 4: selection on something that the score goes with."""

    u_true: float
    reliability_selected: float
    true: float
    """Of true score and true performance, among all."""
    operational: float
    """Of the score as it is and true performance, among all: what a user of the score gets."""


def indirect(r: float, u: float, reliability: float, outcome_reliability: float = 1.0) -> Indirect | None:
    """`reliability` of the score among all, of the outcome among the selected; None where these cannot go together: the
    score would be less spread than its error."""
    if u * u <= 1 - reliability:
        return None
    u_true = math.sqrt((u * u - (1 - reliability)) / reliability)
    selected = 1 - (1 - reliability) / (u * u)
    within = r / math.sqrt(selected * outcome_reliability)
    if abs(within) > 1:
        return None
    wide = 1 / u_true
    true = within * wide / math.sqrt(1 + (wide * wide - 1) * within * within)
    return Indirect(u_true=u_true, reliability_selected=selected, true=true, operational=true * math.sqrt(reliability))


@dataclass(frozen=True, kw_only=True)
class Quadrants:
    """Shares of all: selected and good, selected and not, not selected and good, neither."""

    hit: float
    false_alarm: float
    miss: float
    rightly_left: float


def quadrants(base: float, selected: float, r: float) -> Quadrants:
    """What a score with correlation `r` gives when a share `base` would do well and a share `selected` is taken, if
    both are bivariate normal (Taylor & Russell 1939)."""
    hit = both_above(NORMAL.inv_cdf(1 - selected), NORMAL.inv_cdf(1 - base), r)
    return Quadrants(hit=hit, false_alarm=selected - hit, miss=base - hit, rightly_left=1 - selected - base + hit)


def both_above(h: float, k: float, r: float) -> float:
    """P(X > h, Y > k) of a standard bivariate normal with correlation `r`, by Gauss's quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(96)
    angle = math.asin(r)
    theta = angle * (nodes + 1) / 2
    inside = np.exp(-(h * h + k * k - 2 * h * k * np.sin(theta)) / (2 * np.cos(theta) ** 2))
    return NORMAL.cdf(-h) * NORMAL.cdf(-k) + float((weights * inside).sum()) * angle / 2 / (2 * math.pi)
