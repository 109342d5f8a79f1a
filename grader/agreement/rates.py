"""Rates over many candidates from an imperfect judge and a few human labels. Never for one candidate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grader.agreement.statistic import Statistic, undefined


def rogan_gladen(
    *, share: float, n: int, sensitivity: float, positives: int, specificity: float, negatives: int
) -> Statistic:
    """The true rate behind the `share` of `n` items that a judge marked, with its standard error (Rogan & Gladen 1978).

    `sensitivity` was measured on `positives` labelled items, `specificity` on `negatives`. The estimate is not cut to
    0..1: a value outside says that judge and labels do not fit. Undefined when the judge is no better than chance,
    and without items.
    """
    youden = sensitivity + specificity - 1
    if min(n, positives, negatives) < 1:
        return undefined("a rate was measured on no item")
    if youden <= 0:
        return undefined("sensitivity and specificity add up to 1 or less: the judge tells nothing")
    rate = (share + specificity - 1) / youden
    variance = (
        share * (1 - share) / n
        + rate**2 * sensitivity * (1 - sensitivity) / positives
        + (1 - rate) ** 2 * specificity * (1 - specificity) / negatives
    )
    return Statistic(value=rate, se=math.sqrt(variance) / youden)


def prediction_powered_mean(
    labels: Sequence[float], judged: Sequence[float], judged_unlabelled: Sequence[float]
) -> Statistic:
    """The mean human level from many judged items and the judge's error on a few (Angelopoulos et al. 2023).

    `labels` and `judged` are of the same items. Undefined with fewer than two of either kind; raises ValueError
    for sequences of unlike length.
    """
    y, f, unlabelled = (np.asarray(x, dtype=np.float64) for x in (labels, judged, judged_unlabelled))
    if y.shape != f.shape:
        raise ValueError(f"{y.size} labels for {f.size} judged items")
    if min(y.size, unlabelled.size) < 2:
        return undefined("fewer than two labelled or two unlabelled items")
    error = y - f
    variance = unlabelled.var(ddof=1) / unlabelled.size + error.var(ddof=1) / error.size
    return Statistic(value=float(unlabelled.mean() + error.mean()), se=math.sqrt(variance))
