"""The evidence of a run, kept in the output folder: enough to score, judge and render again without running anything.

evidence/submission.zip    the files that were graded
evidence/verifier.json     what the hidden tests observed
evidence/challenge.json    the challenge as it was: manifest and rubric, no tests
evidence/criteria.json     levels as the judge or people gave them
evidence/judged.json       all levels of the judge, whether they count or not: for the store, and shown by no page
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader import files
from grader.challenge import Challenge
from grader.challenge.rubric import Rubric
from grader.errors import GraderError, UsageError
from grader.records import JudgedLevel, Submission, VerifierResult
from grader.stored import Object, load_json, read_test
from grader.submission import IntakeLimits, read_archive, write_archive
from grader.unseen import json_text

FOLDER = "evidence"
LEVELS = "judged.json"


def save(out: Path, challenge: Challenge, submission: Submission, observed: VerifierResult) -> None:
    """Writes the evidence below `out`. Raises InfrastructureError where that cannot be done."""
    folder = out / FOLDER
    files.write(folder / "challenge.json", to_text(snapshot(challenge)))  # first: it shows whose the folder is
    files.write(folder / "submission.zip", write_archive(submission))
    files.write(folder / "verifier.json", to_text(asdict(observed)))


def save_levels(out: Path, levels: Sequence[JudgedLevel]) -> None:
    """Writes the judge's levels, where it gave any."""
    if levels:
        files.write(out / FOLDER / LEVELS, to_text({"levels": [asdict(one) for one in levels]}))


def load_levels(out: Path) -> tuple[JudgedLevel, ...]:
    """The judge's levels of the run in `out`; none where it gave none. Raises UsageError."""
    path = out / FOLDER / LEVELS
    if not path.is_file():
        return ()
    try:
        return tuple(_level(row) for row in load_json(path)["levels"])
    except (TypeError, KeyError, ValueError) as problem:
        raise UsageError(f"{path} is not evidence of this grader: {type(problem).__name__}: {problem}") from problem


def _level(row: Mapping[str, Any]) -> JudgedLevel:
    level, counted = row["level"], row["counted"]
    if isinstance(level, bool) or not isinstance(level, int) or not isinstance(counted, bool):
        raise TypeError("a level is a whole number, and counted true or false")
    texts = {name: str(row[name]) for name in ("criterion", "model", "judge")}
    return JudgedLevel(level=level, counted=counted, **texts)


def snapshot(challenge: Challenge) -> dict[str, Any]:
    """The challenge without its tests, as plain data."""
    return {
        "challenge": challenge.model_dump(mode="json", by_alias=True),
        "rubric": challenge.rubric.model_dump(mode="json"),
    }


def load_challenge(out: Path) -> Challenge:
    """The challenge as it was when the run in `out` was made. Raises UsageError."""
    path = out / FOLDER / "challenge.json"
    data = Object(load_json(path), str(path))
    try:
        rubric = Rubric.model_validate_json(json.dumps(data.take("rubric", dict)))
        challenge = Challenge.model_validate_json(json.dumps(data.take("challenge", dict)))
    except (TypeError, ValueError, GraderError) as problem:
        raise UsageError(f"{path} is not evidence of this grader: {problem}") from problem
    return challenge.model_copy(update={"rubric": rubric})


def load_submission(out: Path, source: str = "") -> Submission:
    """The submission that was graded into `out`, read with the limits that it was taken in with. Raises UsageError or
    RefusedError."""
    path = out / FOLDER / "submission.zip"
    limits = _limits(out)
    try:
        if path.stat().st_size > limits.max_bytes + _MOST_OVERHEAD:
            raise UsageError(
                f"{path} is not evidence of this grader: it is larger than a submission of this challenge."
            )
        return read_archive(path.read_bytes(), source=source, most_files=limits.max_files, most_bytes=limits.max_bytes)
    except OSError as problem:
        raise UsageError(f"{path} cannot be read; is {out} the output folder of a grading?") from problem


_MOST_OVERHEAD = 20_000_000
"""Bytes that names and headers of a zip archive may take."""
_MOST_BYTES = 1_000_000_000
_MOST_FILES = 20_000


def _limits(out: Path) -> IntakeLimits:
    """What the challenge in the evidence allows; of a run whose evidence lacks it, what any allows."""
    path = out / FOLDER / "challenge.json"
    if not path.is_file():
        return IntakeLimits()
    rules = Object(load_json(path), str(path)).known("challenge", {"submission": dict}).get("submission") or {}
    usual, said = IntakeLimits(), Object(rules, f"{path}: challenge: submission")
    files, most = said.number("max_files", usual.max_files), said.number("max_bytes", usual.max_bytes)
    return IntakeLimits(
        max_files=int(min(max(1, files), _MOST_FILES)), max_bytes=int(min(max(1, most), _MOST_BYTES))
    )  # fmt: skip


def load_observed(out: Path) -> VerifierResult:
    """What the hidden tests observed in the run in `out`. Raises UsageError."""
    path = out / FOLDER / "verifier.json"
    data = Object(load_json(path), f"{path} is not evidence of this grader")
    return VerifierResult(
        expected=data.texts("expected"),
        tests=data.each("tests", read_test),
        limits_hit=data.texts("limits_hit"),
        resources=data.numbers("resources"),
    )


def to_text(data: Mapping[str, Any]) -> str:
    return json_text(data, indent=1) + "\n"
