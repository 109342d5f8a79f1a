"""How many labels it takes: the chance that a judge of a given true agreement passes check C, and the way back.

On Fisher's scale atanh(κ) the lower bound of a quadratic weighted kappa lies z·σ/√n below the estimate, and the
estimate spreads by σ/√n around the truth. σ = 1.04 was fitted to simulations of the percentile bootstrap (labels on
five levels, a judge with rounded normal errors, n from 30 to 200) and is within 4 percentage points of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from grader.agreement.thresholds import CONFIDENCE, Thresholds

SIGMA = 1.04
POWER = 0.80
"""The chance of passing that `labels_for` aims at."""
TYPICAL = (0.70, 0.79, 0.86)
"""True agreements for which chances are shown: borderline, fair, good."""
_NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class Chance:
    """What a judge whose true QWK is `true_qwk` can expect on `n` labels."""

    true_qwk: float
    n: int
    bound: float
    """Chance that the lower bound is high enough."""
    passes: float
    """Chance that the estimate is high enough too: what check C asks for."""


def chance_of_passing(true_qwk: float, n: int, thresholds: Thresholds | None = None) -> Chance:
    """The normal approximation above. A borderline judge never does much better than a coin, however many labels:
    its estimate falls below the limit half of the time."""
    limits = thresholds or Thresholds()
    scale = math.sqrt(n) / SIGMA
    truth = _fisher(true_qwk)
    bound = _NORMAL.cdf((truth - _fisher(limits.judge_qwk_low)) * scale - _NORMAL.inv_cdf(CONFIDENCE))
    estimate = _NORMAL.cdf((truth - _fisher(limits.judge_qwk)) * scale)
    return Chance(true_qwk=true_qwk, n=n, bound=bound, passes=min(bound, estimate))


def labels_for(true_qwk: float, floor: float, *, sigma: float = SIGMA, level: float = 1 - CONFIDENCE) -> int | None:
    """Labels with which the lower bound at `level` of a judge of `true_qwk` is above `floor` in 80 of 100 cases.

    None when `true_qwk` is not above `floor`: no number is enough.
    """
    gap = _fisher(true_qwk) - _fisher(floor)
    if gap <= 0:
        return None
    return math.ceil((sigma * (_NORMAL.inv_cdf(1 - level) + _NORMAL.inv_cdf(POWER)) / gap) ** 2)


def sigma_of(qwk: float, se: float, n: int) -> float:
    """The σ that a standard error on the kappa's own scale stands for. Clustered labels give more than 1.04."""
    return se * math.sqrt(n) / max(1 - qwk**2, 1e-6)


def labels_for_share(share: float, limit: float, confidence: float = CONFIDENCE) -> int | None:
    """Labels with which Wilson's upper bound (of a two-sided interval) of this share is at most `limit`.

    None when the share is not below the limit. The bound is at the limit where (limit - share)² = z²·limit(1-limit)/n.
    """
    if share >= limit:
        return None
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    return math.ceil(z * z * limit * (1 - limit) / (limit - share) ** 2)


def _fisher(kappa: float) -> float:
    return math.atanh(min(max(kappa, -0.999999), 0.999999))
