"""Work on a run that is finished: from its evidence, without Docker."""

from __future__ import annotations

import contextlib
import re
import shlex
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader import own_files
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


def check_folder(out: Path) -> None:
    """Holds a result that somebody else may have made, or changed, to what `rescore` and `report` hold it to, and to
    its own evidence: counted again, it comes to the same. Levels of criteria stand in grade.json alone, and are taken
    as they are. Raises UsageError."""
    with _own_evidence(out):
        last = _follows(out, own_files.GRADE)
        if (out / own_files.MACHINE).is_file():  # people have closed it: what the machine alone said comes first
            machine = _follows(out, own_files.MACHINE)
            if machine.provenance["run"] != last.provenance["run"] or machine.status != last.status:
                raise UsageError(f"{out / own_files.MACHINE} is of another run than {own_files.GRADE} beside it.")


def _follows(out: Path, name: str) -> Grade:
    """The grade in the file `name` of `out`, which has what a store goes by and follows from the evidence."""
    grade = grade_from_json(load_json(out / name))
    _check_head(out / name, grade)
    challenge = oneness.check_evidence(out, grade)
    if grade.status != "graded":
        return grade
    challenge = challenge or evidence.load_challenge(out)
    evidence.load_submission(out)
    counted = scored(grade, challenge, objective.score(evidence.load_observed(out).tests), grade.criteria)
    rubric = [(one.id, one.competency, one.weight, one.max_level) for one in challenge.rubric.criteria]
    if [(one.id, one.competency, one.weight, one.max_level) for one in grade.criteria] != rubric:
        raise UsageError(f"{out / name}: its criteria are not those of the rubric in its evidence.")
    for one in grade.criteria:
        if not all(level is None or 1 <= level <= one.max_level for level in (one.level, one.suggestion)):
            raise UsageError(f"{out / name}: {visible(one.id, 60)} has a level that its rubric has not.")
    if _sums(grade) != _sums(counted):
        raise UsageError(
            f"{out / name} does not follow from its evidence: it says {_said(grade)}, which comes to {_said(counted)}.",
            fix=f"grade rescore {shlex.quote(str(out))}, and look at what it says then",
        )
    return grade


_RUN, _ID = re.compile(r"[A-Za-z0-9_-]{1,64}"), re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _check_head(path: Path, grade: Grade) -> None:
    """Raises UsageError where what a run goes by in lists is not of the kind that a grading writes."""
    known, graded = grade.provenance, grade.status == "graded"
    texts = (
        ("provenance: run", grade.provenance.get("run"), _RUN, True),
        ("challenge: id", grade.challenge.get("id"), _ID, graded),
        ("challenge: digest", grade.challenge.get("digest"), _DIGEST, graded),
        ("submission: digest", grade.submission.get("digest"), _DIGEST, graded),
    )
    for what, value, form, needed in texts:
        if (value or needed) and not (isinstance(value, str) and form.fullmatch(value)):
            raise UsageError(f"{path}: {what} is {visible(repr(value), 60)}, which no grading writes.")
    seed, version = known.get("seed"), known.get("grader_version")
    if graded and (type(seed) is not int or not isinstance(version, str) or not 0 < len(version) <= 40):
        raise UsageError(f"{path}: provenance has no seed, or no version of the grader.")
    datetime.fromisoformat(str(known["started_at"]))


def _sums(grade: Grade) -> tuple[object, ...]:
    """What is counted. Without how it is worded: that may change from one version of the grader to the next."""
    points, score = grade.objective, grade.score
    numbers = (points and (points.points, points.max_points), score and (score.value, score.low, score.high, score.max))
    return (
        [round(number, 3) for group in numbers if group for number in group],
        score and score.final,
        grade.recommendation,
        sorted(one.criterion for one in grade.open),
    )


def _said(grade: Grade) -> str:
    score, rest = grade.score, grade.recommendation.replace("_", " ")
    return f"{score.value:g} ({score.low:g} to {score.high:g}), {rest}" if score else f"no score, {rest}"


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
