"""People on one criterion: how often they agree, how far, and each one's levels. Below thirty items counts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grader.agreement.alpha import alpha
from grader.agreement.bootstrap import RESAMPLES, draws
from grader.agreement.kappa import Floats
from grader.agreement.labels import Labels
from grader.agreement.panel import Pair, Panel, human_pairs, mean_over_pairs, panel_of
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import FEW


@dataclass(frozen=True, kw_only=True)
class Shared:
    """How people's levels of one criterion lie to each other."""

    criterion: str
    n: int
    """Items that two people or more rated."""
    exact: Statistic
    """Share of pairs of levels on one item that are the same."""
    adjacent: Statistic
    """Share that is at most one level apart."""
    wide: Statistic
    """Share of items with a gap of two levels or more."""
    kappa: Statistic
    """Quadratic weighted, mean over pairs of raters."""
    alpha: Statistic
    """Krippendorff's, ordinal, with a 95 % interval by candidate."""
    used: Mapping[str, tuple[int, ...]]
    """Rater → how often they gave each level of the rubric, used or not."""
    pairs: tuple[Pair, ...]
    """Each pair of raters with its kappa and number of items."""


def shared(labels: Labels) -> Shared:
    """The figures of `labels`; each says why where there is none."""
    panel = panel_of(labels)
    n = int(panel.twice.sum())
    few = undefined(f"{n} items were rated by two people; {FEW} are asked for") if n < FEW else None
    pairs = human_pairs(panel)
    apart = _apart(panel)
    return Shared(
        criterion=labels.criterion,
        n=n,
        exact=few or Statistic(value=float((apart == 0).mean())),
        adjacent=few or Statistic(value=float((apart <= 1).mean())),
        wide=few or Statistic(value=_wide(panel)),
        kappa=few or mean_over_pairs(pairs),
        alpha=few or _alpha(panel),
        used={
            person: tuple(int((panel.grid[:, at] == level).sum()) for level in range(len(panel.levels)))
            for at, person in enumerate(panel.people)
        },
        pairs=pairs,
    )


def _apart(panel: Panel) -> Floats:
    """Distances between every two levels of one item."""
    rows = [[int(level) for level in row if level >= 0] for row in panel.grid]
    return np.array([abs(a - b) for row in rows for a, b in combinations(row, 2)], dtype=np.float64)


def _wide(panel: Panel) -> float:
    rows = [[level for level in row if level >= 0] for row in panel.grid[panel.twice]]
    return float(np.mean([max(row) - min(row) >= 2 for row in rows]))


def _alpha(panel: Panel, resamples: int = RESAMPLES // 4) -> Statistic:
    """With percentiles of resamples in which whole candidates are drawn again."""
    found = alpha(panel.grid, panel.levels)
    clusters = int(panel.clusters.max()) + 1
    if found.value is None or clusters < 2:
        return found
    values = []
    for counts in draws(clusters, resamples, 0):
        for row in counts.astype(np.int64):
            drawn = alpha(np.repeat(panel.grid, row[panel.clusters], axis=0), panel.levels)
            values += [drawn.value] if drawn.value is not None else []
    low, high = np.percentile(values, [2.5, 97.5])
    return Statistic(value=found.value, low=float(low), high=float(high))
