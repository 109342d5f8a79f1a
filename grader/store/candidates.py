"""candidates.csv: the file in a batch's output folder that says who is who, for its owner only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader import csv_files, files
from grader.errors import UsageError

LIST = "candidates.csv"
COLUMNS = ("id", "name", "candidate", "source", "started", "submitted", "minutes", "late")


def read_list(path: Path) -> list[Mapping[str, str]]:
    """Its rows. Raises UsageError for a file that is none, or was damaged."""
    table = csv_files.read(path, COLUMNS)
    if table.faults:
        raise UsageError(csv_files.report(path, table.faults))
    return [row.cells for row in table.rows]


def write_list(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Writes it, for its owner only. Bytes of a file's name that are no UTF-8 stand as escapes. Raises
    InfrastructureError."""
    text = "".join([csv_files.line(COLUMNS), *(csv_files.line(row) for row in rows)])
    files.write(path, text.encode("utf-8", "backslashreplace"), durable=True, private=True)
