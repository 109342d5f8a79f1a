"""candidates.csv: the file in a batch's output folder that says who is who, for its owner only."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

from grader import csv_files, files
from grader.errors import UsageError

LIST = "candidates.csv"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of blind ids. No 0 and O, no 1 and I: ids are read aloud."""
COLUMNS = ("id", "name", "candidate", "source", "started", "submitted", "minutes", "late")


def new_id(taken: Container[str], length: int = 6) -> str:
    """A blind id that is not `taken`. It is random, so that nobody can compute it from a name."""
    while True:
        made = "".join(secrets.choice(LETTERS) for _ in range(length))
        if made not in taken:
            return made


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
