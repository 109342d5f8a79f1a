"""Tables that people bring: cells become values, and what cannot is said with its line and column."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from grader import csv_files
from grader.errors import UsageError, visible

MOST_BYTES = 200_000_000
LONGEST_CELL = 500
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
Record = TypeVar("Record")


class Reader:
    """A table with its columns. Faults are gathered, so that a file is mended once. Raises UsageError."""

    def __init__(self, path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        size = path.stat().st_size if path.is_file() else 0
        if size > MOST_BYTES:
            raise UsageError(
                f"{visible(str(path))}: {size / 1e6:,.0f} MB; a table may have {MOST_BYTES / 1e6:,.0f} MB.",
                fix="import it into a store in parts: grade hire import",
            )
        self.table = csv_files.read(path, required, optional)
        self.optional = tuple(optional)
        self.faults = list(self.table.faults)

    def records(self, make: Callable[[Reader, Mapping[str, str]], Record]) -> tuple[Record, ...]:
        """What `make` makes of each row. Raises UsageError where a row cannot be read, or there is none."""
        found: list[Record] = []
        for row in self.table.rows:
            try:
                found.append(make(self, row.cells))
            except CellError as problem:
                self.faults.append(f"line {row.line}: column {problem}")
            except ValueError as problem:
                self.faults.append(f"line {row.line}: {problem}")
        if self.faults:
            raise UsageError(csv_files.report(self.table.path, self.faults))
        if not found:
            raise UsageError(f"{visible(str(self.table.path))}: no row below the header.")
        return tuple(found)

    def has(self, column: str) -> bool:
        return column in self.table.columns

    def text(self, cells: Mapping[str, str], column: str) -> str:
        """What is in the cell; empty cells and endless ones are faults."""
        value = cells.get(column, "")
        if not value:
            raise CellError(f"{column}: empty")
        if len(value) > LONGEST_CELL:
            raise CellError(f"{column}: {len(value):,} characters; {LONGEST_CELL} are the most")
        return value

    def time(self, cells: Mapping[str, str], column: str) -> datetime | None:
        value = cells.get(column, "")
        try:
            return moment(value) if value else None
        except ValueError:
            raise CellError(f"{column}: {visible(value, 40)!r} is no date such as 2026-03-31") from None

    def moment(self, cells: Mapping[str, str], column: str) -> datetime:
        found = self.time(cells, column)
        if found is None:
            raise CellError(f"{column}: empty")
        return found

    def number(self, cells: Mapping[str, str], column: str, *, least: float = -math.inf) -> float | None:
        value = cells.get(column, "")
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or found < least or abs(found) > 1e12:
            raise CellError(f"{column}: {visible(value, 40)!r} is no number" + (" from 0" if least == 0 else ""))
        return found

    def whole(self, cells: Mapping[str, str], column: str) -> int:
        found = self.number(cells, column, least=0)
        if found is None or found != int(found):
            raise CellError(f"{column}: {visible(cells.get(column, ''), 40)!r} is no whole number")
        return int(found)

    def one_of(self, cells: Mapping[str, str], column: str, known: Collection[str]) -> str:
        value = cells.get(column, "").casefold()
        if value and value not in known:
            raise CellError(f"{column}: {visible(value, 40)!r} is none of {', '.join(known)}")
        return value

    def yes_no(self, cells: Mapping[str, str], column: str) -> bool | None:
        value = cells.get(column, "").casefold()
        if value and value not in YES | NO:
            raise CellError(f"{column}: {visible(value, 40)!r} is neither yes nor no")
        return value in YES if value else None


def within(count: int, most: int, what: str) -> None:
    """Raises UsageError for more of something than there can be: then the column holds something else."""
    if count > most:
        raise UsageError(f"{count:,} {what}; {most:,} are the most. Does the column hold what it is called?")


FIRST_YEAR, LAST_YEAR = 1970, 2199


class CellError(ValueError):
    """A cell that cannot be read; begins with its column."""


def moment(text: str) -> datetime:
    """An ISO date, with or without a time; without a zone it is UTC. Raises ValueError, for a year too in which nobody
    applied."""
    found = datetime.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"the year {found.year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
