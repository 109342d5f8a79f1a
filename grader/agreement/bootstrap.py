"""Cluster bootstrap: whole candidates are drawn again, since items of one candidate are not independent.

Nothing is resampled row by row. A resample is a vector of how often each cluster was drawn; confusion matrices are
added up per cluster beforehand, so that all resamples together are one matrix product of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    per_cluster = _cells(rows, columns, clusters, number, k)
    blocks = [block @ per_cluster for block in draws(number, resamples, seed)]
    return kappas(np.concatenate(blocks).astype(np.float64).reshape(-1, k, k), weights)


def resampled_means(
    pairs: Sequence[tuple[Levels, Levels]], clusters: Levels, k: int, *, resamples: int = RESAMPLES, seed: int = 0
) -> Floats:
    """The mean kappa of several pairs of raters in each resample, all pairs over the same drawn candidates.

    A pair holds the levels of both, item by item in the order of `clusters`, -1 where there is none. Resamples in which
    no pair has a kappa are left out. Empty with fewer than two clusters.
    """
    if np.unique(clusters).size < 2 or not pairs:
        return np.empty(0)
    number = int(clusters.max()) + 1
    cells = []
    for one, other in pairs:
        shared = (one >= 0) & (other >= 0)
        cells.append(_cells(one[shared], other[shared], clusters[shared], number, k))
    per_cluster = np.concatenate(cells, axis=1)
    blocks = [block @ per_cluster for block in draws(number, resamples, seed)]
    found = kappas(np.concatenate(blocks).astype(np.float64).reshape(-1, k, k)).reshape(-1, len(pairs))
    kept = found[~np.isnan(found).all(axis=1)]
    means: Floats = np.nanmean(kept, axis=1) if kept.size else np.empty(0)
    return means


def _cells(rows: Levels, columns: Levels, clusters: Levels, number: int, k: int) -> NDArray[np.float32]:
    """Clusters × cells of the k×k matrix: how often each was given."""
    cells = np.bincount((clusters * k + rows) * k + columns, minlength=number * k * k)
    return cells.reshape(number, k * k).astype(np.float32)
