"""`grade analyse raters`: who is severe or lenient, and who changes over time, held against others on the same work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from grader.agreement.connected import blocks
from grader.analytics.charts import Span, Spans
from grader.analytics.figures.rater_effects import Effects, effects
from grader.analytics.figures.several import holm
from grader.analytics.figures.tails import quantile, two_sided
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.tables import within
from grader.ratings.table import Rating, read_ratings

COLUMNS = columns(
    "rater|Rater; block|Compared in|count; n|Shared levels|count; dated|of them dated|count;"
    "severity|Severity, levels|number; severity_low|from|number; severity_high|to|number;"
    "severity_p|p, of all together|p; drift|Drift, levels|number; drift_low|from|number; drift_high|to|number;"
    "drift_p|p, of all together|p; words|In words"
)
MOST_RATERS, MOST_CELLS = 500, 50_000_000
SMALL = 0.1
"""An effect of less than this many levels is not called out, however sure it is."""


def read(path: Path) -> tuple[Rating, ...]:
    """A table with item, criterion, rater, level, and where they are known candidate and rated_at."""
    return tuple(read_ratings(str(path), levels=range(101)).rows)


def raters(ratings: Sequence[Rating]) -> Report:
    """People's ratings only. Raters who are not tied to each other by shared work are in blocks of their own, and are
    not compared between them."""
    own = [row for row in ratings if row.role != "judge"]
    within(len({row.rater for row in own}), MOST_RATERS, "raters")
    within(len({row.rater for row in own}) * len(own), MOST_CELLS, "cells of raters and levels")
    work: dict[tuple[str, str], list[Rating]] = {}
    for row in own:
        work.setdefault((row.item, row.criterion), []).append(row)
    shared = [rows for rows in work.values() if len({row.rater for row in rows}) > 1]
    found = [row for at, names in enumerate(blocks([r.rater for r in rows] for rows in shared), 1)
             for row in _block(at, names, [rows for rows in shared if rows[0].rater in names])]  # fmt: skip
    rows = rows_of(COLUMNS, _with_words(found))
    alone = sorted({row.rater for row in own} - {str(row["rater"]) for row in rows})
    notes = [
        said("""Severity is in levels against the middle of the raters on the same work: below 0 severe, above 0
        lenient. Drift is how much a rater's levels moved from the earlier to the later half of the time, against the
        middle of all. p is over all raters together (Holm)."""),
        said(f"""It is there to be talked about with the rater; no level is changed by it. Effects under {SMALL}
        levels are not called out."""),
    ]
    notes += [f"Nobody shares work with: {', '.join(alone)}; there is no figure for them."] if alone else []
    spans = tuple(
        Span(label=str(row["rater"]), value=_number(row["drift"]), low=_number(row["drift_low"]),
             high=_number(row["drift_high"]), words=str(row["words"]))
        for row in rows
    )  # fmt: skip
    end = max([abs(e) for s in spans for e in (s.low, s.high) if e is not None], default=1.0) or 1.0
    chart = Spans(title="Drift in levels, with 95 % intervals", spans=spans, start=-end, end=end, mark=0)
    return Report(name="raters", title="Raters: severity and drift", columns=COLUMNS, rows=rows,
                  notes=tuple(notes), charts=(chart,) if rows else ())  # fmt: skip


def _block(number: int, names: Sequence[str], shared: Sequence[Sequence[Rating]]) -> list[dict[str, Value]]:
    rows = [(at, row) for at, group in enumerate(shared) for row in group]
    place = {name: at for at, name in enumerate(names)}
    moments = [row.rated_at.timestamp() if row.rated_at else np.nan for _, row in rows]
    dated = ~np.isnan(moments)
    middle = float(np.median(np.asarray(moments)[dated])) if dated.any() else np.inf
    late = np.nan_to_num(np.asarray(moments), nan=-np.inf) > middle
    result = effects(
        np.array([at for at, _ in rows]), np.array([place[row.rater] for _, row in rows]), late,
        np.array([float(row.level) for _, row in rows]), len(names),
    )  # fmt: skip
    found = []
    for name, at in place.items():
        mine = np.array([row.rater == name for _, row in rows])
        row: dict[str, Value] = {
            "rater": name,
            "block": number,
            "n": int(mine.sum()),
            "dated": int((mine & dated).sum()),
        }
        halves = min(int((mine & dated & late).sum()), int((mine & dated & ~late).sum()))
        found.append({**row, **_figures(result, at, enough=int(mine.sum()) >= FEW, halves=halves >= FEW // 2)})
    return found


def _figures(result: Effects, at: int, *, enough: bool, halves: bool) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for name, value, se, use in (
        ("severity", result.severity[at], result.severity_se[at], enough),
        ("drift", result.drift[at], result.drift_se[at], halves),
    ):
        if use and np.isfinite(value) and se > 0:
            reach = quantile() * float(se)
            row |= {name: float(value), f"{name}_low": float(value) - reach, f"{name}_high": float(value) + reach,
                    f"{name}_p": two_sided(float(value / se))}  # fmt: skip
    return row


def _with_words(rows: Sequence[dict[str, Value]]) -> list[Mapping[str, Value]]:
    """The rows with p of all together and words."""
    for name in ("severity", "drift"):
        able = [row for row in rows if row.get(f"{name}_p") is not None]
        for row, p in zip(able, holm([float(row[f"{name}_p"] or 0) for row in able]), strict=True):
            row[f"{name}_p"] = p
    return [{**row, "words": _words(row)} for row in rows]


def _words(row: Mapping[str, Value]) -> str:
    found = []
    for name, below, above in (("severity", "severe", "lenient"), ("drift", "grows severe", "grows lenient")):
        value, p = _number(row.get(name)), _number(row.get(f"{name}_p"))
        if value is None or p is None:
            found.append(f"{name}: {TOO_FEW}")
        elif p < LEVEL and abs(value) >= SMALL:
            found.append(below if value < 0 else above)
    return "; ".join(found) or "nothing shown"


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
