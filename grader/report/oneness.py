"""That all that lies in an output folder is of one run: by what the files say, not by when they were written."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from grader import files, own_files
from grader.challenge import Challenge
from grader.errors import GraderError, UsageError
from grader.records import Grade, Submission
from grader.report.write import Pages, write_grade, write_pages
from grader.result import evidence
from grader.result.grade_json import grade_from_json
from grader.stored import load_json

Audience = Literal["reviewer", "candidate"]
_AUDIENCES: tuple[Audience, ...] = ("reviewer", "candidate")


def check(out: Path) -> None:
    """Raises UsageError that names a file in `out` which is of another run than its grade.json."""
    grade = grade_from_json(load_json(out / own_files.GRADE))
    for path in sorted(out.rglob(own_files.GRADE)):
        if path != out / own_files.GRADE:
            raise _mixed(path, "is the result of another run")
    challenge = check_evidence(out, grade)
    for name, audience in formats_in(out, grade, challenge).items():
        if audience is None:
            path = out / own_files.FORMATS[name]
            raise _mixed(
                path, "does not say what grade.json says", fix=f"grade report {shlex.quote(str(out))} --format {name}"
            )


def formats_in(out: Path, grade: Grade, challenge: Challenge | None) -> Mapping[str, Audience | None]:
    """The machine formats in `out`, each with the audience for which it says what `grade` says; None for no audience:
    then it is of another grade."""
    from grader.report import render_formats

    unfinished = replace(grade, timings={})  # as when they are first written: how long all took is not known yet
    found: dict[str, Audience | None] = {}
    for name, file in own_files.FORMATS.items():
        if (out / file).is_file():
            there = (out / file).read_bytes()
            found[name] = next(
                (
                    audience
                    for audience in _AUDIENCES
                    for known in (grade, unfinished)
                    if render_formats(known, challenge, [name], audience)[file] == there
                ),
                None,
            )
    return found


def put(
    out: Path, before: Grade, result: Grade, challenge: Challenge, submission: Submission, known: tuple[str, ...] = (),
    *, decided: str = "",
) -> list[str]:  # fmt: skip
    """Writes `result` in the place of the grade that was there before, with every page and format that speaks of it.
    `known` are names that a blind page does not show; `decided` is what the letter says. Returns formats that were of
    another grade, and are gone."""
    there = formats_in(out, before, challenge)
    write_pages(out, result, challenge, submission, Pages(known=(*known_of(out), *known), decided=decided))
    for name, audience in there.items():
        if audience is None:
            (out / own_files.FORMATS[name]).unlink()
        else:
            _again(out, name, audience, result, challenge)
    write_grade(out, result)
    return [name for name, audience in there.items() if audience is None]


def _again(out: Path, name: str, audience: Audience, result: Grade, challenge: Challenge) -> None:
    """A machine format that is there says the new score, to the same audience."""
    from grader.report import render_formats

    for file, content in render_formats(result, challenge, [name], audience).items():
        files.write(out / file, content)


def known_of(out: Path) -> tuple[str, ...]:
    """What may name the author: a result's folder is called as what was handed in."""
    return (str(out.resolve()),)


def check_evidence(out: Path, grade: Grade, *, counted_again: bool = False) -> Challenge | None:
    """The challenge in the evidence in `out`, where there is one. Raises UsageError that names a file which is of
    another run than `grade`. `counted_again`: what the tests came to is taken from the evidence alone."""
    folder = out / evidence.FOLDER
    there = [name for name in ("challenge.json", "submission.zip", "verifier.json") if (folder / name).is_file()]
    if grade.status != "graded":
        if there:
            raise _mixed(folder / there[0], "is of a graded run, and grade.json says that there is no grade")
        return None
    challenge = evidence.load_challenge(out) if "challenge.json" in there else None
    if "submission.zip" in there and _digest(out) != grade.submission.get("digest"):
        raise _mixed(folder / "submission.zip", "holds another submission")
    if "verifier.json" in there and grade.objective is not None:
        observed = evidence.load_observed(out)
        came_to = {test.id: test.status for test in observed.tests}
        if len(came_to) != len(observed.tests) or set(came_to) != set(observed.expected):
            raise _mixed(folder / "verifier.json", "does not hold each hidden test once")
        if not counted_again and came_to != {test.id: test.status for test in grade.objective.tests}:
            raise _mixed(folder / "verifier.json", "is of another run of the hidden tests")
    said = grade.challenge
    if challenge is not None and (challenge.id, challenge.version) != (said.get("id"), said.get("version")):
        raise _mixed(folder / "challenge.json", "is of another challenge")
    return challenge


def _digest(out: Path) -> str:
    try:
        return evidence.load_submission(out).digest
    except GraderError:
        return ""


def _mixed(path: Path, what: str, *, fix: str = "") -> UsageError:
    return UsageError(
        f"{path} {what}: this folder holds more than one run.", fix=fix or "grade again into a new folder"
    )
