"""The figures of `impact` in the form that New York's rules on automated employment decision tools ask for.

6 RCNY 5-300 to 5-304: number, selection rate and impact ratio by sex, by race, and by both together, with the number of
unknown category. What it cannot be is an audit: that takes somebody who neither built nor uses the tool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.analytics.figures.suppression import SMALLEST
from grader.analytics.groups import SILENT
from grader.analytics.impact import OVERALL, Cell, impact
from grader.analytics.report import Report, Value, columns, rows_of, said
from grader.errors import UsageError

COLUMNS = columns(
    "dimension|Category; group|Group; n|Number|count; selected|Selected|count; rate|Selection rate|share;"
    "ratio|Impact ratio|number; words|In words"
)
SLIGHT = 0.02
"""A group of less than this share of all may be left out of the ratios, by an auditor and with a reason."""


def new_york(cells: Sequence[Cell], *, smallest: int = SMALLEST, about: str = "", notes: Sequence[str] = ()) -> Report:
    """Overall, or the only stage there is. Raises UsageError where there are several stages and no overall."""
    stages = list(dict.fromkeys(cell.stage for cell in cells))
    stage = OVERALL if OVERALL in stages else stages[0]
    if len(stages) > 1 and stage != OVERALL:
        raise UsageError("The counts are of several stages; the form is of one, and none of them is overall.")
    own = [cell for cell in cells if cell.stage == stage]
    totals = {
        d: sum(cell.rate.n for cell in own if cell.dimension == d) for d in dict.fromkeys(c.dimension for c in own)
    }
    rows = [_row(row, totals) for row in impact(own, smallest=smallest).rows]
    silent = {d: sum(cell.rate.n for cell in own if cell.dimension == d and cell.group in SILENT) for d in totals}
    said_so = [
        said("""This is no bias audit, and nobody has audited anything: it puts your figures into the form of 6 RCNY
        5-301. An audit takes an independent auditor who has neither built, used nor distributed the tool."""),
        f"Source of the data: {about}." if about else "Source of the data: not given (--about); the rules ask for it.",
        "Of unknown category (declined, not asked, unknown): "
        + "; ".join(f"{d} {_shown(count, smallest)} of {totals[d]:,}" for d, count in silent.items()) + ".",
        said("""The rules set no threshold; four fifths is the federal rule of thumb, and `grade analyse impact`
        shows it with intervals and a test. Ratios are computed from counts and rounded for display only."""),
    ]  # fmt: skip
    if len(set(totals.values())) > 1:
        listed = ", ".join(f"{d} {n:,}" for d, n in totals.items())
        said_so.append(f"The categories do not add up to the same number ({listed}): look at where they come from.")
    return Report(
        name="impact-new-york", title="Impact ratios in the form of New York's rules (no audit)", columns=COLUMNS,
        rows=rows_of(COLUMNS, rows), notes=(*said_so, *notes),
    )  # fmt: skip


def _row(row: Mapping[str, Value], totals: Mapping[str, int]) -> Mapping[str, Value]:
    n, total = row["n"], totals[str(row["dimension"])]
    words = str(row["words"]) if row["ratio"] is None else ""
    if isinstance(n, int) and total and n / total < SLIGHT and row["group"] not in SILENT:
        words = "under 2 % of all: an auditor may leave its ratio out, with a reason"
    return {name: row[name] for name in ("dimension", "group", "n", "selected", "rate", "ratio")} | {"words": words}


def _shown(count: int, smallest: int) -> str:
    return f"under {smallest}" if 0 < count < smallest else f"{count:,}"
