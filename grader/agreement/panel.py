"""Labels and a judge's levels as arrays: one row per item, levels as indices, -1 where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.agreement.kappa import BOTH_CONSTANT, Floats, Levels, kappas
from grader.agreement.labels import Labels, median_half_up
from grader.agreement.statistic import Statistic, undefined
from grader.agreement.thresholds import MIN_PAIR_ITEMS


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """All items of one criterion that have a label, in a fixed order."""

    levels: tuple[int, ...]
    items: tuple[str, ...]
    people: tuple[str, ...]
    grid: Levels
    """items × people."""
    label: Levels
    """The adjudicated label: the adjudicator's, else the median of the people's levels rounded half up."""
    judge: Levels
    """The median of the judge's repeats, rounded half up."""
    clusters: Levels
    """The item's candidate as 0..C-1."""

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which items the judge gave a level."""
        rated: NDArray[np.bool_] = self.judge >= 0
        return rated

    @property
    def twice(self) -> NDArray[np.bool_]:
        """Which items two people or more rated."""
        rated: NDArray[np.bool_] = (self.grid >= 0).sum(axis=1) >= 2
        return rated


def panel_of(labels: Labels, judge: Mapping[str, Sequence[int]] | None = None) -> Panel:
    """`labels` and the judge's repeats (item → levels) as arrays; items are sorted by name, people too."""
    people = tuple(sorted(labels.people))
    items = tuple(sorted({item for levels in labels.people.values() for item in levels} | set(labels.adjudicated)))
    low = labels.levels[0]
    grid = [[labels.people[person].get(item, low - 1) - low for person in people] for item in items]
    label = [
        (labels.adjudicated[item] if item in labels.adjudicated else _median(labels, item)) - low for item in items
    ]
    repeats = [(judge or {}).get(item, ()) for item in items]
    _, clusters = np.unique([labels.candidates.get(item, item) for item in items], return_inverse=True)
    return Panel(
        levels=labels.levels,
        items=items,
        people=people,
        grid=np.array(grid, dtype=np.int64).reshape(len(items), len(people)),
        label=np.array(label, dtype=np.int64),
        judge=np.array([median_half_up(list(r)) - low if r else -1 for r in repeats], dtype=np.int64),
        clusters=clusters.astype(np.int64),
    )


def _median(labels: Labels, item: str) -> int:
    return median_half_up([levels[item] for levels in labels.people.values() if item in levels])


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Quadratic weighted kappa of two raters over the `n` items they share; `b` is empty for the judge."""

    a: str
    b: str
    n: int
    qwk: Statistic


def human_pairs(panel: Panel) -> tuple[Pair, ...]:
    """Every pair of people that shares an item."""
    k, pairs = len(panel.levels), list[Pair]()
    marks = _marks(panel.grid, k)
    for column, person in enumerate(panel.people):
        rows, others = panel.grid[:, column] >= 0, panel.people[column + 1 :]
        own = marks[rows, column * k : (column + 1) * k]
        matrices = (own.T @ marks[rows, (column + 1) * k :]).reshape(k, len(others), k).transpose(1, 0, 2)
        pairs += _pairs([person] * len(others), list(others), matrices)
    return tuple(pairs)


def judge_pairs(panel: Panel) -> tuple[Pair, ...]:
    """The judge against every person it shares an item with."""
    k, number = len(panel.levels), len(panel.people)
    matrices = _marks(panel.grid, k).T @ _marks(panel.judge[:, None], k)
    return _pairs(list(panel.people), [""] * number, matrices.reshape(number, k, k))


def entering(pairs: Sequence[Pair], least: int = MIN_PAIR_ITEMS) -> Sequence[Pair]:
    """The pairs that enter a mean: those that share at least `least` items, all when none does."""
    return [pair for pair in pairs if pair.n >= least] or pairs


def mean_over_pairs(pairs: Sequence[Pair], least: int = MIN_PAIR_ITEMS) -> Statistic:
    """The plain mean over pairs that share at least `least` items, over all pairs when none does.

    Pairs whose kappa is undefined do not enter; undefined when none is left.
    """
    used = entering(pairs, least)
    values = [pair.qwk.value for pair in used if pair.qwk.value is not None]
    if not values:
        return undefined(used[0].qwk.reason if used else "no two raters share an item")
    return Statistic(value=sum(values) / len(values))


def _marks(grid: Levels, k: int) -> Floats:
    """items × (raters·k): 1 where the rater gave that level."""
    marks: Floats = (grid[:, :, None] == np.arange(k)).astype(np.float64)
    return marks.reshape(len(grid), grid.shape[1] * k)


def _pairs(a: list[str], b: list[str], matrices: Floats) -> tuple[Pair, ...]:
    sizes = matrices.sum(axis=(1, 2)).astype(int)
    return tuple(
        Pair(
            a=one, b=other, n=int(n), qwk=undefined(BOTH_CONSTANT) if np.isnan(value) else Statistic(value=float(value))
        )
        for one, other, n, value in zip(a, b, sizes, kappas(matrices), strict=True)
        if n
    )
