"""What the judge is told of the figures in the files that it reads: numbers and marks; no word of a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.claims.marks import CANNOT_RUN, DIFFERS, FLAG, NO_COMMAND, REPRODUCED
from grader.claims.numbers import numbers
from grader.judge.documents import Selection, View

COUNT, NOT, SETTING, OPEN = "These count", "Not given", "No results, settings at most", "Open"
Row = Mapping[str, Any]


def with_marks(selection: Selection, claims: Mapping[str, Any]) -> Selection:
    """`selection` with what came of each figure in the lines that it shows. A figure that is not told of was not seen
    to be printed: the prompt says that it counts as not given."""
    shown = {item.path: item for item in selection.views}
    found: dict[str, dict[int, list[Row]]] = {}
    for row in claims.get("figures", ()):
        item, stated = shown.get(row["path"]), numbers(row["figure"])
        line = _line(item, row["line"], stated[0].text) if item is not None and stated else None
        if line is not None:
            found.setdefault(row["path"], {}).setdefault(line, []).append(row)
    ran = {path: {line: _said(rows) for line, rows in lines.items()} for path, lines in found.items()}
    return replace(selection, ran=ran, unread=bool(claims.get("unread")))


def _line(item: View, line: int, figure: str) -> int | None:
    """Where the figure stands in what is shown. Of a twin of the file, with more lines or fewer, the nearest line that
    holds it."""
    holding = [number for number, text in zip(item.numbers, item.lines, strict=False) if figure in text]
    return min(holding, key=lambda number: abs(number - line), default=None)


def _said(rows: Sequence[Row]) -> str:
    """Which figures of a line count and which do not: nothing of that is left to how a judge reads a mark. A line of
    which half is not what is printed was not printed."""
    wrong = sum(row["mark"] == DIFFERS for row in rows)
    results = sum(not row.get(FLAG) for row in rows)
    parts: dict[str, dict[str, None]] = {COUNT: {}, NOT: {}, SETTING: {}, OPEN: {}}
    for row in rows:
        part, why = _part(row)
        if part == COUNT and 2 * wrong >= results:
            part, why = NOT, "the line is not what is printed"
        figure = " of ".join(one.text for one in numbers(row["figure"])[:2])
        parts[part][f"{figure} ({why})" if why else figure] = None
    return " ".join(f"{part}: {', '.join(said)}." for part, said in parts.items() if said)


def _part(row: Row) -> tuple[str, str]:
    """What the judge makes of a figure, and why."""
    if row["mark"] == REPRODUCED:
        return (SETTING, "the same on other data") if row.get(FLAG) else (COUNT, "")
    if row["mark"] == CANNOT_RUN and row.get("fault") not in {None, "candidate"}:
        return OPEN, "it was not run, which is none of the candidate's doing"
    words = {CANNOT_RUN: "its command cannot be run", NO_COMMAND: "no command prints it"}
    printed = numbers(str(row.get("printed") or ""))
    return NOT, words.get(row["mark"], f"{printed[0].text} is printed" if printed else "it is not what is printed")
