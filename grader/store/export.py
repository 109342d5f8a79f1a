"""Runs and their grades as a table for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from sqlalchemy.engine import RowMapping

from grader import csv_files

Row = Mapping[str, Any] | RowMapping
"""A run with its grade, as the store gives it or with people's beside it."""
COLUMNS = (
    "run", "batch", "challenge_id", "challenge_version", "blind", "status", "score", "low", "high", "max", "final",
    "recommendation", "points", "max_points", "submission_digest", "challenge_digest", "grader_version", "seed",
    "started_at", "seconds", "reason", "who", "why", "at",
)  # fmt: skip
NAMES = ("candidate", "source", "folder")
"""Only where names are asked for."""
DIFFERS = ("differs",)
"""Whether another run of the same came to another grade."""
PEOPLE = ("people_score", "people_final", "people_recommendation", "decision")
"""What people made of it, from the reveal on; `score` and `recommendation` stay the machine's own."""


def columns_of(*, reveal: bool) -> tuple[str, ...]:
    return (*COLUMNS, *(NAMES if reveal else ()), *PEOPLE, *DIFFERS)


def write_csv(rows: Iterable[Row], file: IO[str], *, reveal: bool) -> int:
    """Writes a header and `rows`; how many. An empty cell is not known, never zero. No text runs as a formula."""
    columns = columns_of(reveal=reveal)
    file.write(csv_files.line(columns, end="\r\n"))
    count = 0
    for row in rows:
        file.write(csv_files.line((row.get(name) for name in columns), end="\r\n"))
        count += 1
    return count
