"""CSV as people and spreadsheets write it: one reader and one way to write a cell for every list there is.

Read are UTF-8 (with or without a byte order mark) and UTF-16 as Excel's "Unicode text", cells between commas,
semicolons or tabs. Names of columns count without case, surrounding blanks and the kind of gap in them. Rows and
columns of nothing but blanks are passed over, and lines are those of the file. A cell that was written so that no
spreadsheet runs it as a formula is read back as the text that it was.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from grader.errors import UsageError, visible

FAULTS_SHOWN = 20
_FORMULA = r"[\s\ufeff\u200b-\u200f]*[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]"
"""How a text begins that a spreadsheet runs: some take the wide forms of the signs (U+FF1D …) for the signs."""
_RUNS = re.compile(rf"'*{_FORMULA}")
_ESCAPED = re.compile(rf"'+{_FORMULA}")
_SEPARATORS = (",", ";", "\t")
_EXCEL_HINT = re.compile(r"(?i)sep=(.)\r?\n?")


@dataclass(frozen=True, kw_only=True)
class CsvRow:
    """One row: its first line in the file, from 1, and its cells by the name of their column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file that was read. `faults` are sentences, each with its line."""

    path: Path
    columns: tuple[str, ...]
    """As they are compared (`plain_name`), in the order of the file; empty for a column without a name."""
    rows: tuple[CsvRow, ...]
    faults: tuple[str, ...]
    separator: str
    utf8: bool


def read(path: Path, required: Sequence[str], known: Sequence[str] = ()) -> Table:
    """The table in `path`. Columns that are neither `required` nor `known` are read and mean nothing here.

    Raises UsageError for a file that cannot be read as CSV, and for a header that lacks a required column or has one of
    them twice.
    """
    content = _bytes(path)
    text, utf8 = _text(path, content)
    lines, skipped = text, 0
    hint = _EXCEL_HINT.match(text)
    if hint:
        lines, skipped = text[hint.end() :], 1
    separator = hint[1] if hint else _separator(lines, required)
    faults: list[str] = []
    records = _records(lines, separator, skipped, faults)
    first = next(records, None)
    if first is None:
        raise UsageError(report(path, faults or ["the file is empty"]))
    columns = tuple(plain_name(cell) for cell in first[1])
    _check_header(path, first, columns, required, known)
    rows = tuple(_rows(records, columns, faults))
    return Table(path=path, columns=columns, rows=rows, faults=tuple(faults), separator=separator, utf8=utf8)


def report(path: Path | str, faults: Sequence[str], what: str = "the file") -> str:
    """One sentence over all `faults`, of which the first twenty are shown."""
    shown = [f"  {fault}" for fault in faults[:FAULTS_SHOWN]]
    shown += [f"  and {len(faults) - FAULTS_SHOWN} more"] if len(faults) > FAULTS_SHOWN else []
    return "\n".join([f"{visible(str(path))}: {len(faults)} fault{'s' if len(faults) > 1 else ''} in {what}", *shown])


def plain_name(column: str) -> str:
    """A column's name as it is compared: ` Rated At` is `rated_at`."""
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", column).strip("\ufeff \t").casefold())


def cell(value: object) -> str:
    """`value` as a cell. Nothing is an empty cell, never zero; a text that a spreadsheet would run as a formula gets an
    apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if _RUNS.match(text) else text


def line(values: Iterable[object], *, separator: str = ",", end: str = "\n") -> str:
    """A row as text, with its end."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, delimiter=separator).writerow([cell(value) for value in values])
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ reading


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{visible(str(path))}: cannot be read: {problem.strerror}.") from None


def _text(path: Path, content: bytes) -> tuple[str, bool]:
    """The text, and whether it is UTF-8."""
    if content.startswith(b"PK\x03\x04"):
        raise UsageError(f"{visible(str(path))}: a workbook or another archive; save the sheet as CSV UTF-8.")
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(content[:2]) or (
        "utf-16-le" if content[1:2] == b"\0" else "utf-16-be" if content[:1] == b"\0" else ""
    )
    if wide:
        try:
            return content.decode(wide), False
        except UnicodeDecodeError:
            raise UsageError(f"{visible(str(path))}: damaged UTF-16; save the file as CSV UTF-8.") from None
    try:
        return content.decode("utf-8-sig"), True
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UsageError(
            f"{visible(str(path))}: line {line}: not UTF-8 (the byte 0x{content[problem.start]:02x}); "
            "save the file as CSV UTF-8."
        ) from None


def _separator(text: str, required: Sequence[str]) -> str:
    """What stands between the cells of the header: with it the most of the required columns are there."""
    header = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    found = {
        separator: len({plain_name(cell.strip('" ')) for cell in header.split(separator)} & set(required))
        for separator in _SEPARATORS
    }
    return max(_SEPARATORS, key=lambda separator: (found[separator], header.count(separator) and separator != ","))


def _records(text: str, separator: str, skipped: int, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of each record that holds anything."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = [_unescaped(cell.strip()) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as problem:
            faults.append(f"line {line}: not CSV: {problem}")
            return
        if any(cells):
            yield line, cells


def _unescaped(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text


def _check_header(
    path: Path, first: tuple[int, list[str]], columns: Sequence[str], required: Sequence[str], known: Sequence[str]
) -> None:
    line, cells = first
    faults = []
    for name in required:
        if name not in columns:
            near = get_close_matches(name, [column for column in columns if column not in (*required, *known)], n=1)
            faults.append(f"line {line}: no column {name!r}" + (f"; is it {visible(near[0])!r}?" if near else ""))
    faults += [f"line {line}: column {name!r} appears twice" for name in (*required, *known) if columns.count(name) > 1]
    if faults:
        faults.append(f"the header is: {visible(', '.join(cells))}")
        raise UsageError(report(path, faults))


def _rows(records: Iterator[tuple[int, list[str]]], columns: Sequence[str], faults: list[str]) -> Iterator[CsvRow]:
    for line, cells in records:
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        if len(cells) != len(columns):
            faults.append(f"line {line}: {len(cells)} cells where the header has {len(columns)}")
            continue
        stray = next((cell for name, cell in zip(columns, cells, strict=True) if cell and not name), "")
        if stray:
            faults.append(f"line {line}: {visible(stray, 60)!r} stands in a column without a name")
        yield CsvRow(line=line, cells={name: cell for name, cell in zip(columns, cells, strict=True) if name})
