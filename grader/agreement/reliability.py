"""People alone: how well they agree, who is severe or lenient, and who drifts (R26)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.agreement.alpha import alpha
from grader.agreement.kappa import Floats, Levels
from grader.agreement.labels import Labels
from grader.agreement.panel import Pair, Panel, human_pairs, mean_over_pairs, panel_of
from grader.agreement.significance import student_quantile
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class RaterReport:
    """One person against the others on the items they share, in levels."""

    rater: str
    n: int
    """Items shared with another person."""
    severity: Statistic
    """Mean of own level minus the mean of the others' levels: below 0 is severe, above 0 lenient."""
    drift: Statistic
    """How much that difference grew from the earlier half of the dated ratings to the later half."""


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How far people's levels for one criterion can be relied on."""

    criterion: str
    n: int
    """Items rated by two people or more."""
    alpha: Statistic
    human_qwk: Statistic
    """Mean quadratic weighted kappa over pairs."""
    pairs: tuple[Pair, ...]
    raters: tuple[RaterReport, ...]


def reliability_of(labels: Labels) -> Reliability:
    """Agreement of the people in `labels`, and each one's severity and drift with 95 % intervals.

    Items of one candidate count together in the intervals; one that does not hold 0 names a rater worth talking to.
    """
    panel = panel_of(labels)
    pairs = human_pairs(panel)
    return Reliability(
        criterion=labels.criterion,
        n=int(panel.twice.sum()),
        alpha=alpha(panel.grid, labels.levels),
        human_qwk=mean_over_pairs(pairs),
        pairs=pairs,
        raters=tuple(_rater(labels, panel, column) for column in range(len(panel.people))),
    )


def _rater(labels: Labels, panel: Panel, column: int) -> RaterReport:
    rows = np.flatnonzero((panel.grid[:, column] >= 0) & panel.twice)
    there = panel.grid[rows] >= 0
    own = panel.grid[rows, column]
    others = (np.where(there, panel.grid[rows], 0).sum(axis=1) - own) / (there.sum(axis=1) - 1)
    gaps, rater, clusters = own - others, panel.people[column], panel.clusters[rows]
    dates = [labels.rated_at.get((rater, panel.items[row])) for row in rows]
    dated = np.array([date is not None for date in dates], dtype=bool)
    moments = np.array([date.timestamp() for date in dates if date is not None])
    return RaterReport(
        rater=rater,
        n=len(rows),
        severity=_severity(gaps, clusters),
        drift=_drift(gaps[dated], moments, clusters[dated]),
    )


def _severity(gaps: Floats, clusters: Levels) -> Statistic:
    if not gaps.size:
        return undefined("no item is shared with another person")
    mean = float(gaps.mean())
    return _with_interval(mean, (gaps - mean) / gaps.size, clusters)


def _drift(gaps: Floats, moments: Floats, clusters: Levels) -> Statistic:
    """Mean of the later half minus mean of the earlier half; ratings of one moment stay together."""
    if np.unique(moments).size < 2:
        return undefined("the dated ratings of shared items are of fewer than two moments")
    late = moments > np.median(moments)
    if not late.any():
        late = moments == moments.max()
    early = ~late
    if min(late.sum(), early.sum()) < 2:
        return undefined("fewer than two dated ratings of shared items in one half of the time")
    before, after = float(gaps[early].mean()), float(gaps[late].mean())
    parts = np.where(late, (gaps - after) / late.sum(), (before - gaps) / early.sum())
    return _with_interval(after - before, parts, clusters)


def _with_interval(value: float, parts: Floats, clusters: Levels) -> Statistic:
    """`value` with its cluster-robust standard error (Liang & Zeger 1986) and Student interval.

    `parts` is what each rating adds to the estimate's error; with one item a candidate and a plain mean this is the
    textbook interval.
    """
    _, cluster = np.unique(clusters, return_inverse=True)
    sums = np.bincount(cluster, weights=parts)
    if sums.size < 2:
        return Statistic(value=value, reason="no interval: the items come from fewer than two candidates")
    se = float(np.sqrt(sums.size / (sums.size - 1) * (sums @ sums)))
    reach = student_quantile((1 + CONFIDENCE) / 2, sums.size - 1) * se
    return Statistic(value=value, se=se, low=value - reach, high=value + reach)
