"""Cluster bootstrap: whole candidates are drawn again, since items of one candidate are not independent.

Nothing is resampled row by row. A resample is a vector of how often each cluster was drawn; confusion matrices are
added up per cluster beforehand, so that all resamples together are one matrix product of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grader.agreement.kappa import Floats, Levels, Weights, kappas

RESAMPLES = 2000
BLOCK = 4_000_000
"""Draws held in memory at a time (about 50 MB)."""


def draws(clusters: int, resamples: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Blocks of resamples × clusters: how often each cluster was drawn. The same for the same arguments."""
    generator = np.random.default_rng(seed)
    rows = max(1, BLOCK // clusters)
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        drawn = generator.integers(0, clusters, size=(size, clusters), dtype=np.int64)
        drawn += np.arange(size)[:, None] * clusters
        counts = np.bincount(drawn.ravel(), minlength=size * clusters)
        yield counts.reshape(size, clusters).astype(np.float32)


def resampled_kappas(
    rows: Levels,
    columns: Levels,
    clusters: Levels,
    k: int,
    *,
    weights: Weights = "quadratic",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Floats:
    """The kappa of each resample; NaN where a resample holds one level only. Empty with fewer than two clusters."""
    if np.unique(clusters).size < 2:
        return np.empty(0)
    number = int(clusters.max()) + 1
    cells = np.bincount((clusters * k + rows) * k + columns, minlength=number * k * k)
    per_cluster = cells.reshape(number, k * k).astype(np.float32)
    blocks = [block @ per_cluster for block in draws(number, resamples, seed)]
    return kappas(np.concatenate(blocks).astype(np.float64).reshape(-1, k, k), weights)
