"""The evidence of a run, kept in the output folder: enough to score, judge and render again without running anything.

evidence/submission.zip    the files that were graded
evidence/verifier.json     what the hidden tests observed
evidence/challenge.json    the challenge as it was: manifest and rubric, no tests
evidence/criteria.json     levels as the judge or people gave them
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader import files
from grader.challenge import Challenge
from grader.errors import UsageError
from grader.records import Fault, Metric, Submission, TestResult, TestStatus, VerifierResult
from grader.rubric import Rubric
from grader.submission import read_archive, write_archive

FOLDER = "evidence"


def save(out: Path, challenge: Challenge, submission: Submission, observed: VerifierResult) -> None:
    """Writes the evidence below `out`. Raises InfrastructureError where that cannot be done."""
    folder = out / FOLDER
    files.write(folder / "challenge.json", to_text(snapshot(challenge)))  # first: it shows whose the folder is
    files.write(folder / "submission.zip", write_archive(submission))
    files.write(folder / "verifier.json", to_text(asdict(observed)))


def snapshot(challenge: Challenge) -> dict[str, Any]:
    """The challenge without its tests, as plain data."""
    return {
        "challenge": challenge.model_dump(mode="json", by_alias=True),
        "rubric": challenge.rubric.model_dump(mode="json"),
    }


def load_challenge(out: Path) -> Challenge:
    """The challenge as it was when the run in `out` was made. Raises UsageError."""
    data = load_json(out / FOLDER / "challenge.json")
    try:
        rubric = Rubric.model_validate_json(json.dumps(data["rubric"]))
        challenge = Challenge.model_validate_json(json.dumps(data["challenge"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise UsageError(f"{out / FOLDER / 'challenge.json'} is not a challenge of this grader: {problem}") from problem
    return challenge.model_copy(update={"rubric": rubric})


def load_submission(out: Path, source: str = "") -> Submission:
    """The submission that was graded into `out`. Raises UsageError or RefusedError."""
    path = out / FOLDER / "submission.zip"
    try:
        return read_archive(path.read_bytes(), source=source)
    except OSError as problem:
        raise UsageError(f"{path} cannot be read; is {out} the output folder of a grading?") from problem


def load_observed(out: Path) -> VerifierResult:
    """What the hidden tests observed in the run in `out`. Raises UsageError."""
    data = load_json(out / FOLDER / "verifier.json")
    try:
        tests = tuple(_test(entry) for entry in data["tests"])
        return VerifierResult(
            expected=tuple(data["expected"]),
            tests=tests,
            limits_hit=tuple(data["limits_hit"]),
            resources=data["resources"],
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise UsageError(f"{out / FOLDER / 'verifier.json'} is not evidence of this grader: {problem!r}") from problem


def to_text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _test(entry: dict[str, Any]) -> TestResult:
    return TestResult(
        **{
            **entry,
            "status": TestStatus(entry["status"]),
            "fault": Fault(entry["fault"]) if entry["fault"] else None,
            "limits": tuple(entry["limits"]),
            "metrics": tuple(Metric(**metric) for metric in entry["metrics"]),
            "model_calls": tuple(entry.get("model_calls", ())),
        }
    )


def load_json(path: Path) -> Any:
    """The JSON in `path`. Raises UsageError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UsageError(f"{path} cannot be read; is this the output folder of a grading?") from problem
    except ValueError as problem:
        raise UsageError(f"{path} is not JSON: {problem}") from problem
