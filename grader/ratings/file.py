"""A sheet as a table: `criterion,level,note` and, where wanted, `evidence` and `for_candidate`.

A level may be empty where the note says why the person cannot judge the criterion. Evidence is `FILE:12-14` or a quote;
several are parted by semicolons. A row for `*` holds what is said on the whole: its note is the rationale, its level
may be the lean (strong_no, no, yes, strong_yes).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from grader import csv_files
from grader.challenge.rubric import Criterion
from grader.csv_files import CsvRow
from grader.errors import UsageError, visible
from grader.ratings import places
from grader.ratings.sheet import LEANS, LONGEST, Said, Sheet

REQUIRED = ("criterion", "level", "note")
OPTIONAL = ("evidence", "for_candidate")
WHOLE = "*"


def read_sheet(path: Path, criteria: Sequence[Criterion]) -> Sheet:
    """The sheet in the CSV file at `path`. Raises UsageError with every fault and its line; then nothing is taken."""
    table = csv_files.read(path, REQUIRED, OPTIONAL)
    faults, seen, sheet = list(table.faults), dict[str, int](), Sheet()
    for row in table.rows:
        before = seen.setdefault(row.cells["criterion"], row.line)
        if before != row.line:
            named = visible(row.cells["criterion"], 80)
            faults.append(f"line {row.line}: {named!r} stands on line {before} already")
        else:
            sheet = _with(sheet, row, criteria, faults)
    if not faults and not table.rows:
        faults.append("the file has a header and no levels")
    if faults:
        raise UsageError(csv_files.report(path, faults, "the assessment; nothing was taken in"))
    return sheet


def _with(sheet: Sheet, row: CsvRow, criteria: Sequence[Criterion], faults: list[str]) -> Sheet:
    name = row.cells["criterion"]
    known = next((criterion for criterion in criteria if criterion.id == name), None)
    if any(len(text) > LONGEST for text in row.cells.values()):
        faults.append(f"line {row.line}: a text has more than {LONGEST} characters")
    elif name == WHOLE:
        return _whole(sheet, row, faults)
    elif known is None:
        near = get_close_matches(name, [criterion.id for criterion in criteria], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        faults.append(f"line {row.line}: criterion {visible(name, 80)!r} is not in the rubric{hint}")
    else:
        return sheet.having(_said(row, known, faults))
    return sheet


def _whole(sheet: Sheet, row: CsvRow, faults: list[str]) -> Sheet:
    lean = next((one for one in LEANS if one == row.cells["level"]), None)
    if lean is None:
        said = visible(row.cells["level"], 40)
        faults.append(f"line {row.line}: the lean {said!r} is none of {', '.join(LEANS[1:])}")
    return Sheet(said=sheet.said, lean=lean or "", rationale=row.cells["note"])


def _said(row: CsvRow, criterion: Criterion, faults: list[str]) -> Said:
    text, note = row.cells["level"], row.cells["note"]
    level = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None
    if text and level not in criterion.levels:
        named = f"level {visible(text, 40)!r} of {criterion.id}"
        faults.append(f"line {row.line}: {named} is not 1 to {criterion.max_level}")
    if not text and not note:
        faults.append(f"line {row.line}: {criterion.id} has no level; say in the note why you cannot judge it")
    return Said(
        criterion=criterion.id,
        level=level,
        cannot_judge="" if text else note,
        note=note if text else "",
        evidence=places.split(row.cells.get("evidence", "")),
        for_candidate=row.cells.get("for_candidate", ""),
    )
