"""Confusion matrices and Cohen's weighted kappa, for one matrix or a whole stack of them.

Ratings come in as level *indices* 0..k-1 into the rubric's full list of levels. Passing the full list matters:
kappa over the observed levels only gives another, wrong number when a level is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from grader.agreement.statistic import Statistic, undefined

Weights = Literal["none", "linear", "quadratic"]
Floats = NDArray[np.float64]
Levels = NDArray[np.int64]
BOTH_CONSTANT = "both raters gave one level throughout"


def indices(values: Sequence[int], levels: Sequence[int]) -> Levels:
    """`values` as positions in `levels`. Raises ValueError for a value that is not a level."""
    position = {level: index for index, level in enumerate(levels)}
    strange = sorted({value for value in values if value not in position})
    if strange:
        raise ValueError(f"{strange} are none of the levels {list(levels)}")
    return np.array([position[value] for value in values], dtype=np.int64)


def confusion(rows: Levels, columns: Levels, k: int) -> Floats:
    """k×k counts; rows are people, columns the judge. Raises ValueError for arrays of unlike length."""
    if rows.shape != columns.shape:
        raise ValueError(f"{rows.size} ratings against {columns.size}")
    return np.bincount(rows * k + columns, minlength=k * k).reshape(k, k).astype(np.float64)


def disagreement(k: int, weights: Weights) -> Floats:
    """k×k weights of disagreement: 0 on the diagonal, 1 at the far corners (or everywhere else for "none")."""
    steps = _steps(k, weights)
    return steps / max(float(steps.max()), 1.0)


def _steps(k: int, weights: Weights) -> Floats:
    """The same weights as whole numbers, with which sums are exact: a constant rater's kappa is 0 and not 1e-17."""
    index = np.arange(k, dtype=np.float64)
    distance: Floats = np.abs(index[:, None] - index)
    if weights == "none":
        return np.minimum(distance, 1)
    return distance if weights == "linear" else np.square(distance)


def weighted_kappa(
    a: Sequence[int], b: Sequence[int], levels: Sequence[int], weights: Weights = "quadratic"
) -> Statistic:
    """Cohen's (weighted) kappa of two raters' levels for the same items, with its standard error."""
    return kappa(confusion(indices(a, levels), indices(b, levels), len(levels)), weights)


def kappa(matrix: Floats, weights: Weights = "quadratic") -> Statistic:
    """1 - ΣW∘P / ΣW∘(r cᵀ) with the large-sample standard error of Fleiss, Cohen & Everitt (1969).

    Undefined without items and when both raters gave one level throughout.
    """
    n = float(matrix.sum())
    if n == 0:
        return undefined("no item was rated by both")
    p = matrix / n
    r, c = p.sum(axis=1), p.sum(axis=0)
    v = 1 - disagreement(len(p), weights)
    if np.count_nonzero(r) == 1 and np.count_nonzero(c) == 1:
        return undefined(BOTH_CONSTANT)
    expected = float(r @ v @ c)
    value = float(kappas(matrix, weights))
    spread = v - (1 - value) * ((v @ c)[:, None] + r @ v)
    variance = (float((p * spread**2).sum()) - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    return Statistic(value=value, se=max(variance, 0.0) ** 0.5)


def kappas(stack: Floats, weights: Weights = "quadratic") -> Floats:
    """The kappa of each matrix of a stack (…, k, k); NaN, for arithmetic only, where it is undefined."""
    w = _steps(stack.shape[-1], weights)
    n = stack.sum(axis=(-1, -2))
    rows, columns = stack.sum(axis=-1), stack.sum(axis=-2)
    chance = ((rows @ w) * columns).sum(axis=-1)
    vary = (np.count_nonzero(rows, axis=-1) > 1) | (np.count_nonzero(columns, axis=-1) > 1)
    values: Floats = 1 - n * (stack * w).sum(axis=(-1, -2)) / np.where(vary, chance, 1)
    return np.where(vary, values, np.nan)
