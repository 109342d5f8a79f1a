"""One rater against labels: agreement, error, bias, blunders, and what a constant would have reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.agreement.gwet import gwet
from grader.agreement.kappa import Floats, Levels, confusion, kappa
from grader.agreement.significance import mean_ranks, wilson
from grader.agreement.statistic import Statistic, undefined

NO_ITEM = "no item has both a label and a level of this rater"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Figures of one rater's levels against labels. Bias is rater minus label, in levels."""

    n: int
    matrix: Floats
    """k×k counts; rows are labels, columns the rater."""
    qwk: Statistic
    exact: Statistic
    adjacent: Statistic
    """Share within one level."""
    mae: Statistic
    """Mean absolute error in levels."""
    mse: Statistic
    bias: Statistic
    smd: Statistic
    """(mean of the rater - mean of the labels) / √((s_label² + s_rater²)/2)."""
    spearman: Statistic
    blunders: Statistic
    """Share off by two levels or more, with Wilson's 95 % interval."""
    ac2: Statistic


def compare(labels: Levels, rater: Levels, k: int) -> Comparison:
    """All figures for level indices of the same items; each is undefined, with its reason, without items."""
    gap = (rater - labels).astype(np.float64)
    n = int(gap.size)
    matrix = confusion(labels, rater, k)
    off = int(np.count_nonzero(np.abs(gap) >= 2))
    interval = wilson(off, n) or (None, None)

    def mean(values: Floats) -> Statistic:
        return Statistic(value=float(values.mean())) if n else undefined(NO_ITEM)

    return Comparison(
        n=n,
        matrix=matrix,
        qwk=kappa(matrix),
        exact=mean((gap == 0).astype(np.float64)),
        adjacent=mean((np.abs(gap) <= 1).astype(np.float64)),
        mae=mean(np.abs(gap)),
        mse=mean(gap**2),
        bias=mean(gap),
        smd=standardised_difference(labels, rater),
        spearman=spearman(labels, rater),
        blunders=Statistic(value=off / n, low=interval[0], high=interval[1]) if n else undefined(NO_ITEM),
        ac2=gwet(np.stack([labels, rater], axis=1), k, "quadratic"),
    )


def standardised_difference(labels: Levels, rater: Levels) -> Statistic:
    """Difference of the means over the root mean of the two variances (n-1)."""
    if labels.size < 2:
        return undefined("fewer than two items")
    spread = float(np.sqrt((labels.var(ddof=1) + rater.var(ddof=1)) / 2))
    if spread == 0:
        return undefined("neither the labels nor the rater vary")
    return Statistic(value=float((rater - labels).mean()) / spread)


def spearman(labels: Levels, rater: Levels) -> Statistic:
    """Rank correlation with mean ranks for ties; undefined when either side does not vary."""
    if labels.size < 2 or np.ptp(labels) == 0 or np.ptp(rater) == 0:
        return undefined("the labels or the rater do not vary")
    return Statistic(value=float(np.corrcoef(mean_ranks(labels), mean_ranks(rater))[0, 1]))


def best_constant(labels: Levels, k: int) -> int | None:
    """The level index that as a constant has the least squared error against `labels` (the lowest of equals)."""
    if labels.size == 0:
        return None
    return int(((labels[:, None] - np.arange(k)) ** 2).sum(axis=0).argmin())
