"""Scores by group as selection rates: who is above the median counts as selected, as New York's scoring rate has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.analytics.figures.impact import Rate, above_median
from grader.analytics.groups import said_group
from grader.analytics.impact import OVERALL, Cell
from grader.analytics.tables import Reader


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One person's score, and what they said about themselves on one dimension."""

    dimension: str
    group: str
    score: float


def has_scores(path: Path) -> bool:
    """Whether the table has a score for each person, and not counts."""
    return Reader(path, ("group",)).has("score")


def read_scores(path: Path) -> tuple[Scored, ...]:
    """A table with group, score, and where there are several dimension; a row for each person and dimension."""
    return Reader(path, ("group", "score"), ("dimension",)).records(_scored)


def _scored(reader: Reader, cells: Mapping[str, str]) -> Scored:
    score = reader.number(cells, "score")
    if score is None:
        raise ValueError("column score: empty; leave out who has no score")
    return Scored(dimension=cells.get("dimension", "") or "group", group=said_group(cells["group"]), score=score)


def rates(rows: Sequence[Scored]) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """Counts of each group, above the median of all of its dimension; and how many tie with it, in words."""
    cells, notes = [], []
    for dimension in dict.fromkeys(row.dimension for row in rows):
        own = [row for row in rows if row.dimension == dimension]
        above, tied = above_median([row.score for row in own])
        sums: dict[str, list[int]] = {}
        for row, one in zip(own, above, strict=True):
            count = sums.setdefault(row.group, [0, 0])
            count[0] += one
            count[1] += 1
        cells += [Cell(stage=OVERALL, dimension=dimension, group=group, rate=Rate(x=x, n=n))
                  for group, (x, n) in sums.items()]  # fmt: skip
        notes.append(
            f"{dimension}: 'selected' is a score strictly above the median of all {len(own):,}; {100 * tied:.0f} % tie "
            "with it and count as not above."
        )
    return tuple(cells), tuple(notes)
