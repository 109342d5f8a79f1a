"""Tails of the normal and of the chi-square distribution."""

from __future__ import annotations

import math
from statistics import NormalDist

NORMAL = NormalDist()


def two_sided(z: float) -> float:
    """P(|Z| ≥ |z|) for a standard normal Z."""
    return math.erfc(abs(z) / math.sqrt(2))


def quantile(confidence: float = 0.95) -> float:
    """The z of a two-sided interval of `confidence`."""
    return NORMAL.inv_cdf((1 + confidence) / 2)


def chi_square_above(x: float, df: int) -> float:
    """P(X ≥ x) for a chi-square with `df` degrees of freedom, df ≥ 1."""
    if x <= 0:
        return 1.0
    a, half = df / 2, x / 2
    return 1 - _series(a, half) if half < a + 1 else _fraction(a, half)


def _series(a: float, x: float) -> float:
    """The regularised lower incomplete gamma function by its series, for x < a + 1 (Abramowitz & Stegun 6.5.29)."""
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-16:
        n += 1
        term *= x / n
        total += term
    return total * math.exp(-x + a * math.log(x) - math.lgamma(a))


def _fraction(a: float, x: float) -> float:
    """The upper one by its continued fraction, for x ≥ a + 1 (6.5.31, evaluated as Lentz does)."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for i in range(1, 10_000):
        step = -i * (i - a)
        b += 2
        d = 1 / (step * d + b)
        c = b + step / c
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value * math.exp(-x + a * math.log(x) - math.lgamma(a))
