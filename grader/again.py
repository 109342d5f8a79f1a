"""Work on a run that is finished: from its evidence, without Docker."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader import evidence, files, grading, objective
from grader.challenge import Challenge
from grader.errors import UsageError, visible
from grader.oneness import Audience, formats_in
from grader.output import Pages, write_grade, write_pages
from grader.own_files import FORMATS
from grader.records import Grade, Submission
from grader.report import prepare
from grader.report.grade_json import grade_from_json
from grader.stored import load_json

Say = Callable[[str], None]


def rescore(out: Path, say: Say, *, decided: str = "") -> Grade:
    """Scores and renders the run in `out` again from its evidence; runs nothing. `decided`: what people decided about
    it, which the letter says. Raises UsageError."""
    with _own_evidence(out):
        return _rescore(out, say, decided)


@contextlib.contextmanager
def _own_evidence(out: Path) -> Iterator[None]:
    """Types were checked when the evidence was read; that its values fit together (ids, sums, levels) shows when it is
    used. What does not fit is none of ours, whoever changed it."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        place = traceback.extract_tb(problem.__traceback__)[-1]
        where = f"{Path(place.filename).stem}, line {place.lineno}"
        raise UsageError(
            f"What is in {out} is not evidence of this grader: {type(problem).__name__} {visible(str(problem), 120)} "
            f"({where}).",
            fix="take the folder as it was when the grading ended, or grade again",
        ) from problem


def _rescore(out: Path, say: Say, decided: str) -> Grade:
    prepare()
    say("reading the evidence")
    before = grade_from_json(load_json(out / "grade.json"))
    if before.status != "graded":
        raise UsageError(f"The run in {out} has no grade to score again: {before.reason}")
    challenge = evidence.load_challenge(out)
    submission = evidence.load_submission(out)
    observed = evidence.load_observed(out)
    points = objective.score(observed.tests)
    combined = grading.combine(challenge, points, before.criteria)
    result = replace(
        before,
        objective=points,
        competencies=combined.competencies,
        score=combined.score,
        recommendation=combined.recommendation,
        recommendation_reason=combined.recommendation_reason,
        open=combined.open,
    )
    say("writing the report")
    for name in put(out, before, result, challenge, submission, decided=decided):
        say(f"{FORMATS[name]} was not of this grade and is gone; `grade report {out} --format {name}` writes it")
    return result


def put(
    out: Path, before: Grade, result: Grade, challenge: Challenge, submission: Submission, known: tuple[str, ...] = (),
    *, decided: str = "",
) -> list[str]:  # fmt: skip
    """Writes `result` in the place of the grade that was there before, with every page and format that speaks of it.
    `known` are names that a blind page does not show; `decided` is what the letter says. Returns formats that were of
    another grade, and are gone."""
    there = formats_in(out, before, challenge)
    write_pages(out, result, challenge, submission, Pages(known=(*_known(out), *known), decided=decided))
    for name, audience in there.items():
        if audience is None:
            (out / FORMATS[name]).unlink()
        else:
            _again(out, name, audience, result, challenge)
    write_grade(out, result)
    return [name for name, audience in there.items() if audience is None]


def _again(out: Path, name: str, audience: Audience, result: Grade, challenge: Challenge) -> None:
    """A machine format that is there says the new score, to the same audience."""
    from grader.report import render_formats

    for file, content in render_formats(result, challenge, [name], audience).items():
        files.write(out / file, content)


def render(out: Path, pages: Pages) -> Grade:
    """Renders the run in `out` again, the grade as it is. Raises UsageError."""
    with _own_evidence(out):
        return _render(out, pages)


def _render(out: Path, pages: Pages) -> Grade:
    prepare()
    result = grade_from_json(load_json(out / "grade.json"))
    known = result.status == "graded"
    challenge = evidence.load_challenge(out) if known else None
    pages = replace(pages, known=(*pages.known, *_known(out)))
    write_pages(out, result, challenge, evidence.load_submission(out) if known else None, pages)
    return result


def _known(out: Path) -> tuple[str, ...]:
    """What may name the author: a result's folder is called as what was handed in."""
    return (str(out.resolve()),)
