"""Work on a run that is finished: from its evidence, without Docker."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.errors import UsageError, visible
from grader.own_files import FORMATS
from grader.records import Grade
from grader.report import oneness, prepare
from grader.report.write import Pages, write_pages
from grader.result import evidence
from grader.result.grade_json import grade_from_json
from grader.score import objective
from grader.score.combine import scored
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
    oneness.check_evidence(out, before, counted_again=True)
    challenge = evidence.load_challenge(out)
    submission = evidence.load_submission(out)
    observed = evidence.load_observed(out)
    result = scored(before, challenge, objective.score(observed.tests), before.criteria)
    say("writing the report")
    for name in oneness.put(out, before, result, challenge, submission, decided=decided):
        say(f"{FORMATS[name]} was not of this grade and is gone; `grade report {out} --format {name}` writes it")
    return result


def render(out: Path, pages: Pages) -> Grade:
    """Renders the run in `out` again, the grade as it is. Raises UsageError."""
    with _own_evidence(out):
        return _render(out, pages)


def _render(out: Path, pages: Pages) -> Grade:
    prepare()
    result = grade_from_json(load_json(out / "grade.json"))
    oneness.check_evidence(out, result)
    known = result.status == "graded"
    challenge = evidence.load_challenge(out) if known else None
    pages = replace(pages, known=(*pages.known, *oneness.known_of(out)))
    write_pages(out, result, challenge, evidence.load_submission(out) if known else None, pages)
    return result
