"""Gwet's AC1 and AC2. They stay high when nearly all items have one level, so they are reported and never gate."""

from __future__ import annotations

import numpy as np

from grader.agreement.alpha import level_counts
from grader.agreement.kappa import Levels, Weights, disagreement
from grader.agreement.statistic import Statistic, undefined


def gwet(grid: Levels, k: int, weights: Weights = "none") -> Statistic:
    """AC1 (weights "none") or AC2 with its standard error (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.).

    `grid` is items × raters of level indices, -1 where a rating is missing. The agreement expected by chance is
    (T_w/(q(q-1))) Σ π(1-π) with π the mean share of each level over the items and T_w the sum of all weights.
    """
    counts = level_counts(grid, k)
    m = counts.sum(axis=1)
    counts, m = counts[m >= 1], m[m >= 1]
    several = m >= 2
    n, n_several = len(m), int(several.sum())
    if n_several == 0:
        return undefined("no item was rated by two raters")
    v = 1 - disagreement(k, weights)
    share = (counts / m[:, None]).mean(axis=0)
    factor = float(v.sum()) / (k * (k - 1))
    expected = factor * float((share * (1 - share)).sum())
    per_item = (counts * (counts @ v - 1)).sum(axis=1) / np.where(several, m * (m - 1), 1)
    value = (float(per_item[several].sum()) / n_several - expected) / (1 - expected)
    if n < 2:
        return Statistic(value=value, reason="no standard error from one item")
    by_item = np.where(several, per_item - expected, 0) * (n / n_several) / (1 - expected)
    chance = factor * (counts @ (1 - share)) / m
    deviation = by_item - 2 * (1 - value) * (chance - expected) / (1 - expected) - value
    return Statistic(value=value, se=float((deviation @ deviation) / (n * (n - 1))) ** 0.5)
