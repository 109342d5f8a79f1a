"""Runs and their grades as a table for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from sqlalchemy.engine import RowMapping

from grader import csv_files

COLUMNS = (
    "run", "batch", "challenge_id", "challenge_version", "blind", "status", "score", "low", "high", "max", "final",
    "recommendation", "points", "max_points", "submission_digest", "challenge_digest", "grader_version", "seed",
    "started_at", "seconds", "reason", "who", "why", "at",
)  # fmt: skip
NAMES = ("candidate", "source", "folder")
"""Only where names are asked for."""


def write_csv(rows: Iterable[RowMapping], file: IO[str], *, reveal: bool) -> int:
    """Writes a header and `rows`; how many. An empty cell is not known, never zero. No text runs as a formula."""
    columns = (*COLUMNS, *NAMES) if reveal else COLUMNS
    file.write(csv_files.line(columns, end="\r\n"))
    count = 0
    for row in rows:
        file.write(csv_files.line((row[name] for name in columns), end="\r\n"))
        count += 1
    return count
