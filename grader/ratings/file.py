"""A sheet as a table: `criterion,level,note` and, where wanted, `evidence` and `for_candidate`.

A level may be empty where the note says why the person cannot judge the criterion. Evidence is `FILE:12-14` or a quote;
several are parted by semicolons. A row for `*` holds what is said on the whole: its note is the rationale, its level
may be the lean (strong_no, no, yes, strong_yes).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from grader.errors import UsageError, visible
from grader.ratings import places
from grader.ratings.sheet import LEANS, LONGEST, Lean, Said, Sheet
from grader.rubric import Criterion

REQUIRED = ("criterion", "level", "note")
OPTIONAL = ("evidence", "for_candidate")
LARGEST = 5_000_000
"""Bytes of a file; each text in it has a limit of its own."""
SHOWN = 20
"""Faults that are listed; the rest is counted."""


def read_sheet(path: Path, criteria: Sequence[Criterion]) -> Sheet:
    """The sheet in the CSV file at `path` (UTF-8). Raises UsageError with every fault and its line."""
    where = visible(str(path))
    rows = list(csv.reader(io.StringIO(_text(path), newline="")))
    faults: list[str] = []
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        columns = ",".join([*REQUIRED, "[evidence]"])
        raise UsageError(f"{where}:1: the column {missing[0]!r} is missing; the columns are {columns}.")
    sheet = Sheet()
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in cells):
            row = dict(zip(header, [cell.strip() for cell in cells], strict=False))
            sheet = _add(sheet, row, number, criteria, seen, faults)
    if faults:
        shown = [f"  {fault}" for fault in faults[:SHOWN]]
        shown += [f"  and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise UsageError("\n".join([f"{where}: nothing was taken in; {len(faults)} to mend", *shown]))
    return sheet


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{visible(str(path))} cannot be read: {problem.strerror}.") from problem
    if len(content) > LARGEST:
        raise UsageError(f"{visible(str(path))} has {len(content)} bytes; no assessment is that long.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UsageError(f"{visible(str(path))}:{line}: not UTF-8; save the file as CSV UTF-8.") from problem


def _add(
    sheet: Sheet, row: dict[str, str], line: int, criteria: Sequence[Criterion], seen: dict[str, int], faults: list[str]
) -> Sheet:
    name = row.get("criterion", "")
    known = next((criterion for criterion in criteria if criterion.id == name), None)
    before = seen.setdefault(name, line)
    if before != line:
        faults.append(f"line {line}: {visible(name, 80)!r} stands on line {before} already")
    elif any(len(cell) > LONGEST for cell in row.values()):
        faults.append(f"line {line}: a text has more than {LONGEST} characters")
    elif name == "*":
        return _whole(sheet, row, line, faults)
    elif known is None:
        near = get_close_matches(name, [criterion.id for criterion in criteria], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        faults.append(f"line {line}: criterion {visible(name, 80)!r} is not in the rubric{hint}")
    else:
        return sheet.having(_said(row, known, line, faults))
    return sheet


def _whole(sheet: Sheet, row: dict[str, str], line: int, faults: list[str]) -> Sheet:
    lean: Lean | None = next((one for one in LEANS if one == row.get("level", "")), None)
    if lean is None:
        faults.append(f"line {line}: the lean {visible(row['level'], 40)!r} is none of {', '.join(LEANS[1:])}")
    return Sheet(said=sheet.said, lean=lean or "", rationale=row.get("note", ""))


def _said(row: dict[str, str], criterion: Criterion, line: int, faults: list[str]) -> Said:
    text, note = row.get("level", ""), row.get("note", "")
    level = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None
    if text and level not in criterion.levels:
        faults.append(f"line {line}: level {visible(text, 40)!r} of {criterion.id} is not 1 to {criterion.max_level}")
    if not text and not note:
        faults.append(f"line {line}: {criterion.id} has no level; say in the note why you cannot judge it")
    return Said(
        criterion=criterion.id,
        level=level,
        cannot_judge="" if text else note,
        note=note if text else "",
        evidence=places.split(row.get("evidence", "")),
        for_candidate=row.get("for_candidate", ""),
    )
