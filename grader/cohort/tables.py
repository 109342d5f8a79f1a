"""index.csv and index.json: the cohort for programs. Names are in them only when they are revealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader import csv_files, files
from grader.challenge import Challenge
from grader.cohort.rows import CohortRow
from grader.pages.text import clean
from grader.unseen import json_text

_COLUMNS = (
    "id", "status", "recommendation", "score", "score_low", "score_high", "final", "score_after_policy", "points",
    "max_points", "late", "elapsed_seconds", "working_seconds", "needs_person", "grading_seconds", "digest",
    "recommendation_reason", "reason", "flags",
)  # fmt: skip
_NAMES = ("name", "candidate")


def write_tables(out: Path, rows: Sequence[CohortRow], challenge: Challenge, *, reveal: bool, **more: Any) -> None:
    """Writes both, for their owner only where they say names; `more` goes into index.json. Raises
    InfrastructureError."""
    files.write(out / "index.csv", to_csv(rows, reveal=reveal), private=reveal)
    about = {"id": challenge.id, "version": challenge.version, "title": challenge.title}
    submissions = [_json(row, reveal=reveal) for row in rows]
    said = to_json({"challenge": about, "submissions": submissions, **more})
    files.write(out / "index.json", said, private=reveal)


def to_csv(rows: Sequence[CohortRow], *, reveal: bool) -> str:
    """An empty cell is not known, or open; it is never zero. Texts cannot run as formulas."""
    columns = [*_COLUMNS[:1], *(_NAMES if reveal else ()), *_COLUMNS[1:]]
    table = [csv_files.line(columns, end="\r\n")]
    for row in rows:
        data = _flat(row)
        table.append(csv_files.line((_clean(data[name]) for name in columns), end="\r\n"))
    return "".join(table)


def to_json(data: Mapping[str, Any]) -> str:
    """A line for each entry of a list: quick to write, and two of them can be compared with `diff`."""
    parts = []
    for key, value in data.items():
        lines = ",\n".join(_compact(entry) for entry in value) if isinstance(value, list) else _compact(value)
        parts.append(f"{json.dumps(key)}: [\n{lines}\n]" if isinstance(value, list) else f"{json.dumps(key)}: {lines}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    return json_text(value)


def _flat(row: CohortRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "candidate": row.candidate,
        "status": row.status,
        "recommendation": row.recommendation,
        "score": row.score,
        "score_low": row.low,
        "score_high": row.high,
        "final": row.final if row.score is not None else None,
        "score_after_policy": row.after_policy,
        "points": row.points,
        "max_points": row.max_points,
        "late": row.timing.late,
        "elapsed_seconds": row.timing.elapsed,
        "working_seconds": row.timing.working,
        "needs_person": row.needs_person,
        "grading_seconds": row.seconds,
        "digest": row.digest,
        "recommendation_reason": row.recommendation_reason,
        "reason": row.reason,
        "flags": " | ".join(row.flags),
    }


def _json(row: CohortRow, *, reveal: bool) -> dict[str, Any]:
    data = _flat(row) | {"flags": list(row.flags), "timing": asdict(row.timing)}
    data["tests"] = [{"id": name, "points": points, "max_points": most} for name, points, most in row.tests]
    data["levels"] = [{"id": name, "level": level, "max_level": most} for name, level, most in row.levels]
    return data if reveal else {key: value for key, value in data.items() if key not in _NAMES}


def _clean(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value
