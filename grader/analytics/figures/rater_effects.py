"""Who is severe and who drifts, once it is accounted for which work each rater got.

Level = work + rater + rater in the later half of the time, by least squares with the work taken out first: two raters
of one piece of work are held against each other, so nobody looks severe for having got weak work. Drifts are held
against the median of the raters': when one drifts, the others, who are measured against that one, do not seem to
drift back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.agreement.kappa import Floats, Levels

NDBools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Effects:
    """One figure for each rater, in levels, with its standard error; NaN where there is none, for arithmetic only."""

    severity: Floats
    severity_se: Floats
    drift: Floats
    drift_se: Floats


def effects(work: Levels, rater: Levels, late: NDBools, level: Floats, raters: int) -> Effects:
    """`work` and `rater` are numbered from 0. Errors are robust to what ratings of one piece of work have in common."""
    design = np.zeros((level.size, 2 * raters))
    rows = np.arange(level.size)
    design[rows, rater] = 1
    design[rows, raters + rater] = late
    x, y = _within(design, work), _within(level[:, None], work)[:, 0]
    inverse = np.linalg.pinv(x.T @ x, rcond=1e-10, hermitian=True)
    found = inverse @ (x.T @ y)
    left = (y - x @ found)[:, None] * x
    groups = int(work.max()) + 1
    sums = np.stack([np.bincount(work, weights=column, minlength=groups) for column in left.T], axis=1)
    covariance = inverse @ (sums.T @ sums) @ inverse * (groups / max(1, groups - 1))
    here = np.bincount(rater, minlength=raters)
    both = (np.bincount(rater, weights=late, minlength=raters) > 0) & (
        np.bincount(rater, weights=1.0 - late, minlength=raters) > 0
    )
    severity, severity_se = _against_middle(found[:raters], covariance[:raters, :raters], here > 0)
    drift, drift_se = _against_middle(found[raters:], covariance[raters:, raters:], both)
    return Effects(severity=severity, severity_se=severity_se, drift=drift, drift_se=drift_se)


def _within(values: Floats, work: Levels) -> Floats:
    """`values` less their mean over the same piece of work."""
    count = np.bincount(work)
    means = np.stack([np.bincount(work, weights=column) for column in values.T], axis=1) / count[:, None]
    return np.asarray(values - means[work], dtype=np.float64)


def _against_middle(found: Floats, covariance: Floats, use: NDBools) -> tuple[Floats, Floats]:
    """Each less the median of them, with the error of its difference to the mean of the others: that of the median is
    not less."""
    members = np.flatnonzero(use)
    value, se = np.full(found.size, np.nan), np.full(found.size, np.nan)
    if members.size < 2:
        return value, se
    middle = float(np.median(found[members]))
    for one in members:
        contrast = np.where(use, -1 / (members.size - 1), 0.0)
        contrast[one] = 1
        value[one] = found[one] - middle
        se[one] = np.sqrt(max(0.0, float(contrast @ covariance @ contrast)))
    return value, se
