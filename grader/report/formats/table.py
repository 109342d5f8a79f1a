"""grade.csv: one row with a header, each value beside its maximum, harmless in a spreadsheet."""

from __future__ import annotations

from grader import csv_files
from grader.challenge import Challenge
from grader.pages.text import clean
from grader.records import Grade
from grader.report.formats.cases import cases


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """grade.csv in UTF-8. An empty cell is not known, or open; it is never zero."""
    row: dict[str, object] = {
        "challenge": grade.challenge.get("id", ""),
        "version": grade.challenge.get("version", ""),
        "submission": grade.submission.get("digest", ""),
        "status": grade.status,
    }
    if audience == "reviewer":
        row |= _whole(grade)
    row |= _groups(grade, challenge)
    if audience == "reviewer":
        row |= _parts(grade)
        row |= {"reason": grade.reason, "flags": " | ".join(grade.flags)}
    text = (csv_files.line(map(_clean, cells), end="\r\n") for cells in (row.keys(), row.values()))
    return "".join(text).encode("utf-8")


def _clean(value: object) -> object:
    return value if isinstance(value, (int, float)) else clean(str(value))


def _whole(grade: Grade) -> dict[str, object]:
    score, objective = grade.score, grade.objective
    return {
        "score": score.value if score else "",
        "score_low": score.low if score else "",
        "score_high": score.high if score else "",
        "score_max": score.max if score else "",
        "final": str(score.final).lower() if score else "",
        "recommendation": grade.recommendation if score else "",
        "objective": objective.points if objective else "",
        "objective_max": objective.max_points if objective else "",
        "objective_open": objective.open_points if objective else "",
    }


def _groups(grade: Grade, challenge: Challenge | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for case in cases(grade, challenge, "groups"):
        found[f"tests: {case.name}"] = round(case.points, 4)
        found[f"tests: {case.name} max"] = round(case.max_points, 4)
    return found


def _parts(grade: Grade) -> dict[str, object]:
    found: dict[str, object] = {}
    for criterion in grade.criteria:
        counts = criterion.accepted and criterion.level is not None
        found[f"criterion: {criterion.id}"] = criterion.level if counts else ""
        found[f"criterion: {criterion.id} max"] = criterion.max_level
    for entry in grade.competencies:
        found[f"competency: {entry.id}"] = entry.score
        found[f"competency: {entry.id} max"] = entry.max_score
    return found
