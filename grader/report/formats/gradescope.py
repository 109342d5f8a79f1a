"""Gradescope's results.json: tests with scores, and who may see them.

A reviewer's copy marks every hidden test `hidden`, so that Gradescope shows none of them to students. A candidate's
copy holds groups only, `after_published`. Without a grade there is no score: Gradescope asks for a new run.
"""

from __future__ import annotations

from typing import Any

from grader.challenge import Challenge
from grader.pages.text import clean, own_name
from grader.records import Grade
from grader.report.formats.cases import as_json, cases, challenge_name

_CANNOT = {
    "refused": "The submission could not be graded as it is: ",
    "challenge_error": "There is no grade, and the fault is not yours: the challenge is being mended.",
    "infrastructure_error": "There is no grade, and the fault is not yours: the run will be repeated.",
}


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """results.json for one submission."""
    visibility = "hidden" if audience == "reviewer" else "after_published"
    data: dict[str, Any] = {"visibility": "after_published", "stdout_visibility": "hidden"}
    if grade.status != "graded" or grade.objective is None:
        said = _CANNOT.get(grade.status, "")
        if audience == "reviewer":
            said += grade.reason if grade.status == "refused" else f" {grade.reason}"
        elif grade.status == "refused":
            said += own_name(grade.reason)
        return as_json({**data, "output": clean(said), "tests": []})
    found = cases(grade, challenge, audience)
    data |= {
        "score": round(grade.objective.points, 4),
        "execution_time": round(float(grade.timings.get("total", 0.0)), 3),
        "output": f"Graded against {challenge_name(grade)}. People read the rest and decide.",
        "tests": [
            {
                "name": case.title or case.name,
                "number": str(number),
                "score": round(case.points, 4),
                "max_score": round(case.max_points, 4),
                "status": "passed" if case.status == "passed" else "failed",
                "output": case.message,
                "tags": [case.group],
                "visibility": visibility,
            }
            for number, case in enumerate(found, 1)
        ],
    }
    if audience == "reviewer" and grade.score:
        data["extra_data"] = {
            "score": grade.score.value, "low": grade.score.low, "high": grade.score.high,
            "recommendation": grade.recommendation, "digest": grade.submission.get("digest", ""),
        }  # fmt: skip
    return as_json(data)
