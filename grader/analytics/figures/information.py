"""How much a round tells about what came of it, in bits, after what chance alone would seem to tell is taken off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.agreement.kappa import Floats
from grader.analytics.figures.tails import chi_square_above, quantile


@dataclass(frozen=True, kw_only=True)
class Bits:
    """Information of one answer about another."""

    n: int
    raw: float
    corrected: float
    """Less the bias that a table of this size has (Miller 1955), never below 0."""
    low: float
    high: float
    """95 % interval of the corrected value."""
    p: float
    """Of "they have nothing to do with each other", by the likelihood ratio."""


def bits(table: Sequence[Sequence[int]]) -> Bits | None:
    """Of a table of counts; None where one side does not vary."""
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n = float(counts.sum())
    if min(counts.shape, default=0) < 2:
        return None
    p = counts / n
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    logs = np.log2(np.where(p > 0, p, expected) / expected)
    raw = max(0.0, float((p * logs).sum()))
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    unit = 1 / (2 * n * math.log(2))
    corrected = max(0.0, raw - df * unit)
    low, high = _interval(raw / unit, max(0.0, float((p * logs**2).sum()) - raw**2) / n / unit**2, df)
    return Bits(
        n=int(n), raw=raw, corrected=corrected, low=low * unit, high=high * unit, p=chi_square_above(raw / unit, df)
    )


def _interval(ratio: float, variance: float, df: int) -> tuple[float, float]:
    """Of a likelihood ratio less what chance gives it. Its root is near to normal with an error of 1, as that of a
    non-central chi-square is, or what the delta method says where that is more."""
    reach = quantile() * max(1.0, math.sqrt(variance / ratio) / 2 if ratio > 1e-9 else 0.0)
    root = math.sqrt(ratio)
    return max(0.0, max(0.0, root - reach) ** 2 - (df - 1)), max(0.0, (root + reach) ** 2 - (df - 1))


def entropy(counts: Sequence[int]) -> float:
    """Bits of doubt in `counts`."""
    p: Floats = np.asarray([one for one in counts if one], dtype=np.float64)
    p = p / p.sum()
    return float(-(p * np.log2(p)).sum())
