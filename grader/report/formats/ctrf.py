"""Common Test Report Format: https://ctrf.io, a JSON report that many CI plugins read."""

from __future__ import annotations

from typing import Any

from grader import __version__
from grader.challenge import Challenge
from grader.records import Grade
from grader.report.formats.cases import Case, as_json, cases, challenge_name, started_ms

_STATUS = {"passed": "passed", "failed": "failed", "error": "other", "not_run": "skipped"}


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """ctrf.json. A test that could not be judged is `other`: neither passed nor failed."""
    found = cases(grade, challenge, audience)
    start = started_ms(grade)
    statuses = [_STATUS[case.status] for case in found]
    summary: dict[str, Any] = {"tests": len(found)}
    summary |= {name: statuses.count(name) for name in ("passed", "failed", "skipped", "pending", "other")}
    summary |= {"start": start, "stop": start + round(1000 * float(grade.timings.get("total", 0.0)))}
    return as_json(
        {
            "reportFormat": "CTRF",
            "specVersion": "0.0.0",
            "generatedBy": f"grader {__version__}",
            "extra": {"challenge": challenge_name(grade), "status": grade.status},
            "results": {
                "tool": {"name": "grader", "version": __version__},
                "summary": summary,
                "tests": [_test(case) for case in found],
            },
        }
    )


def _test(case: Case) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": case.name,
        "status": _STATUS[case.status],
        "duration": round(1000 * case.seconds),
        "suite": [case.group],
        "rawStatus": case.status,
        "extra": {"points": case.points, "max_points": case.max_points, **(case.metrics or {})},
    }
    if case.message:
        test["message"] = case.message
    if case.output:
        test["stdout"] = case.output.split("\n")
    return test
