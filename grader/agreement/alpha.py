"""Krippendorff's alpha for any number of raters, missing ratings allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from grader.agreement.kappa import Floats, Levels
from grader.agreement.statistic import Statistic, undefined

Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def alpha(grid: Levels, levels: Sequence[int], metric: Metric = "ordinal") -> Statistic:
    """1 - D_o/D_e over the coincidence matrix (Krippendorff 2011).

    `grid` is items × raters of indices into `levels`, -1 where a rating is missing. Undefined when no item has two
    ratings or all of them are the same level.
    """
    counts = level_counts(grid, len(levels))
    m = counts.sum(axis=1)
    counts, m = counts[m >= 2], m[m >= 2]
    if not len(m):
        return undefined("no item was rated by two people")
    scaled = counts / (m - 1)[:, None]
    coincidence = counts.T @ scaled - np.diag(scaled.sum(axis=0))
    totals = coincidence.sum(axis=1)
    if np.count_nonzero(totals) < 2:
        return undefined("all ratings are the same level")
    distance = squared_distance(totals, np.asarray(levels, dtype=np.float64), metric)
    expected = float(totals @ distance @ totals) / (float(totals.sum()) - 1)
    return Statistic(value=1 - float((coincidence * distance).sum()) / expected)


def level_counts(grid: Levels, k: int) -> Floats:
    """items × k: how many raters gave each level."""
    return np.stack([(grid == level).sum(axis=1) for level in range(k)], axis=1).astype(np.float64)


def squared_distance(totals: Floats, levels: Floats, metric: Metric) -> Floats:
    """k×k squared differences between levels; for "ordinal" they depend on how often each level was used."""
    if metric == "nominal":
        return 1 - np.eye(len(levels))
    if metric == "interval":
        return (levels[:, None] - levels) ** 2
    if metric == "ratio":
        total = levels[:, None] + levels
        return ((levels[:, None] - levels) / np.where(total == 0, 1, total)) ** 2
    middle = np.cumsum(totals) - totals / 2  # ranks between two levels: everything between their middles
    return (middle[:, None] - middle) ** 2
