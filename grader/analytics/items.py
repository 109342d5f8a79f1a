"""`grade analyse items`: how hard hidden tests and criteria are, how far they go with the rest, which to read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.agreement.kappa import Floats
from grader.agreement.significance import wilson
from grader.analytics.charts import Span, Spans
from grader.analytics.figures import prediction, strata
from grader.analytics.figures.several import holm
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.signal import banded
from grader.analytics.tables import Reader, within

COLUMNS = columns(
    "item|Item; n|n|count; share|Got it, or mean|number; low|from|number; high|to|number;"
    "discrimination|With the rest, r|number; discrimination_low|from|number; discrimination_high|to|number;"
    "focal|Group; focal_n|n of it|count; reference_n|n of the others|count; delta|DIF, ETS delta|number;"
    "delta_low|from|number; delta_high|to|number; gap|Gap, in SD|number; p|p|p; p_adjusted|p, of all together|p;"
    "dif_class|Class; words|In words"
)
MOST_ITEMS, MOST_CELLS = 2_000, 50_000_000
DIF_FEW = 100
"""Below this many in either group differential functioning is not estimable."""
BANDS, MANY, FINER = 5, 1000, 10
"""Candidates are matched in so many bands of the rest of their points; from `MANY` candidates on in finer ones."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The points of one candidate on one item: 0 or 1, or a level."""

    candidate: str
    item: str
    points: float
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Dif:
    """How an item works for one group against all others with the same points on the rest."""

    focal_n: int
    reference_n: int
    p: float
    delta: float | None = None
    se: float | None = None
    gap: float | None = None


def read_answers(path: Path) -> tuple[Answer, ...]:
    """A table with candidate, item, points, and where it was asked for group."""
    return Reader(path, ("candidate", "item", "points"), ("group",)).records(_answer)


def _answer(reader: Reader, cells: Mapping[str, str]) -> Answer:
    points = reader.number(cells, "points")
    if points is None:
        raise ValueError("column points: empty; leave out what was not graded")
    return Answer(candidate=reader.text(cells, "candidate"), item=reader.text(cells, "item"), points=points,
                  group=cells.get("group", ""))  # fmt: skip


def items(answers: Sequence[Answer], *, focal: str = "") -> Report:
    """Items by name. With `focal`, each is also compared for that group and all others whose group is known."""
    names = sorted({one.item for one in answers})
    people = sorted({one.candidate for one in answers})
    within(len(names), MOST_ITEMS, "items")
    within(len(names) * len(people), MOST_CELLS, "cells of candidates and items")
    grid = _grid(answers, names, people)
    groups = {one.candidate: one.group for one in answers if one.group}
    rest = _rest(grid)
    difs: dict[str, Dif] = {}
    if focal:
        member = np.array([1 if groups.get(who) == focal else 0 if who in groups else -1 for who in people])
        found = {name: _dif(grid[:, at], rest[:, at], member) for at, name in enumerate(names)}
        difs = {name: one for name, one in found.items() if one is not None}
    able = list(difs)
    adjusted = dict(zip(able, holm([difs[name].p for name in able]), strict=True))
    rows = [
        _row(name, grid[:, at], rest[:, at], focal, difs.get(name), adjusted.get(name)) for at, name in enumerate(names)
    ]
    return Report(
        name="items", title="Items: what to read again", columns=COLUMNS, rows=rows_of(COLUMNS, rows),
        notes=tuple(_notes(len(people), len(groups), focal)), charts=(_chart(rows),),
    )  # fmt: skip


def _notes(people: int, grouped: int, focal: str) -> list[str]:
    notes = [
        said(f"""{people:,} candidates. 'With the rest' is the correlation with the mean of the other items, the item
        left out: near 0 it measures something else, below 0 it may be wrong."""),
        "What is marked is a queue for reading the item, by people; no item and no score is changed by it.",
    ]
    if focal:
        notes.append(
            said(f"""Differential functioning: {focal} against all others of known group ({grouped:,} candidates),
            matched on the rest of their points; below 0 the item is harder for the group. p is over all items
            together (Holm).""")
        )
    return notes


def _grid(answers: Sequence[Answer], names: Sequence[str], people: Sequence[str]) -> Floats:
    column, line = {name: at for at, name in enumerate(names)}, {who: at for at, who in enumerate(people)}
    grid = np.full((len(people), len(names)), np.nan)
    for one in answers:
        grid[line[one.candidate], column[one.item]] = one.points
    return grid


def _rest(grid: Floats) -> Floats:
    """The mean of each candidate's other items, each item on the scale of its own spread; NaN where there is none."""
    spread = np.array([np.nanstd(column) or 1.0 for column in grid.T])
    scaled = (grid - np.nanmean(grid, axis=0)) / spread
    there = ~np.isnan(scaled)
    total, count = np.where(there, scaled, 0).sum(axis=1), there.sum(axis=1)
    others = count[:, None] - there
    sums = total[:, None] - np.where(there, scaled, 0)
    return np.where(others > 0, sums / np.where(others > 0, others, 1), np.nan)


def _dif(points: Floats, rest: Floats, member: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Dif | None:
    use = ~np.isnan(points) & ~np.isnan(rest) & (member >= 0)
    x, m, matched = points[use], member[use], rest[use]
    counts = int((m == 1).sum()), int((m == 0).sum())
    if min(counts) < DIF_FEW:
        return None
    bands = np.array(banded(matched.tolist(), FINER if x.size >= MANY else BANDS))
    split = [(x[(bands == band) & (m == 0)], x[(bands == band) & (m == 1)]) for band in np.unique(bands)]
    if set(np.unique(x)) <= {0.0, 1.0}:
        found = strata.mantel_haenszel([_cells(*pair) for pair in split])
        if found is None:
            return None
        return Dif(focal_n=counts[0], reference_n=counts[1], p=found.p, delta=found.delta, se=found.delta_se)
    moved = strata.mantel([(reference.tolist(), focal.tolist()) for reference, focal in split])
    sd = float(np.std(x, ddof=1))
    return moved and Dif(focal_n=counts[0], reference_n=counts[1], p=moved[1], gap=moved[2] / sd if sd else 0.0)


def _cells(reference: Floats, focal: Floats) -> strata.Cells:
    a, c = int(reference.sum()), int(focal.sum())
    return a, reference.size - a, c, focal.size - c


def _row(
    name: str, points: Floats, rest: Floats, focal: str, dif: Dif | None, adjusted: float | None
) -> Mapping[str, Value]:
    there = ~np.isnan(points)
    x, n = points[there], int(there.sum())
    binary = set(np.unique(x)) <= {0.0, 1.0}
    interval = wilson(int(x.sum()), n) if binary else None
    both = there & ~np.isnan(rest)
    r = prediction.correlation(points[both].tolist(), rest[both].tolist())
    ends = prediction.correlation_interval(r, int(both.sum())) if r is not None else None
    row: dict[str, Value] = {
        "item": name, "n": n, "share": float(x.mean()), "low": interval[0] if interval else None,
        "high": interval[1] if interval else None, "discrimination": r, "focal": focal,
        "discrimination_low": ends[0] if ends else None, "discrimination_high": ends[1] if ends else None,
    }  # fmt: skip
    words = [_plain_words(x, n, ends)]
    if dif is not None:
        size = _size(dif)
        row |= {
            "focal_n": dif.focal_n, "reference_n": dif.reference_n, "delta": dif.delta, "gap": dif.gap, "p": dif.p,
            "p_adjusted": adjusted, "dif_class": size,
            "delta_low": dif.delta - 1.96 * dif.se if dif.delta is not None and dif.se is not None else None,
            "delta_high": dif.delta + 1.96 * dif.se if dif.delta is not None and dif.se is not None else None,
        }  # fmt: skip
        shown = adjusted is not None and adjusted < LEVEL and size != "A"
        words += ["works differently for the group: read its content"] if shown else []
    elif focal:
        words += [f"DIF not estimable: {DIF_FEW} in each group are asked for"]
    return {**row, "words": "; ".join(filter(None, words))}


def _plain_words(x: Floats, n: int, ends: tuple[float, float] | None) -> str:
    if n < FEW:
        return TOO_FEW
    if not np.ptp(x):
        return "the same for all: it tells nothing"
    if ends is None:
        return "no other item to compare with"
    if ends[1] < 0.1:
        return "does not go with the rest: read it"
    return ""


def _size(dif: Dif) -> str:
    """ETS's classes; for points by the gap in standard deviations, .17 and .25."""
    if dif.delta is not None and dif.se is not None:
        return strata.ets_class(dif.delta, dif.se)
    size = abs(dif.gap or 0.0)
    return "A" if size < 0.17 or dif.p >= LEVEL else "B" if size < 0.25 else "C"


def _chart(rows: Sequence[Mapping[str, Value]]) -> Spans:
    def number(value: Value) -> float | None:
        return float(value) if isinstance(value, int | float) else None

    spans = tuple(
        Span(label=str(row["item"]), value=number(row["discrimination"]), low=number(row["discrimination_low"]),
             high=number(row["discrimination_high"]), words=str(row["words"]))
        for row in rows
    )  # fmt: skip
    return Spans(title="Correlation with the rest, with 95 % intervals", spans=spans, start=-1, end=1, mark=0)
