"""Runs and their grades as a table for other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, Any

from sqlalchemy.engine import RowMapping

COLUMNS = (
    "run", "batch", "challenge_id", "challenge_version", "blind", "status", "score", "low", "high", "max", "final",
    "recommendation", "points", "max_points", "submission_digest", "challenge_digest", "grader_version", "seed",
    "started_at", "seconds", "reason", "who", "why", "at",
)  # fmt: skip
NAMES = ("candidate", "source", "folder")
"""Only where names are asked for."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def write_csv(rows: Iterable[RowMapping], file: IO[str], *, reveal: bool) -> int:
    """Writes a header and `rows`; how many. An empty cell is not known, never zero. No text runs as a formula."""
    columns = (*COLUMNS, *NAMES) if reveal else COLUMNS
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
