"""What need not be done again: a result that the same submission, challenge and grader would only repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.challenge import Pack
from grader.errors import GraderError, RefusedError, UsageError
from grader.grading.failure import nameless
from grader.grading.intake import check_complete, take_in
from grader.records import Grade
from grader.result.grade_json import grade_from_json
from grader.settings import Settings
from grader.stored import load_json


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a result has to rest on to count as finished, and what is graded rests on. The pack was read once."""

    challenge: Pack
    judge_model: str
    """The judge that is asked; empty where none is."""

    @property
    def digest(self) -> str:
        return self.challenge.digest


RanHere = Callable[[Path], bool]
"""Whether the result in a folder is of a run of ours: what lies there may have come with the submissions."""


def wanted(challenge: Pack, settings: Settings, *, judge: bool) -> Wanted:
    asked = bool(judge and challenge.rubric.criteria and settings.judge_configured)
    model = settings.judge_model if asked else ""
    return Wanted(challenge=challenge, judge_model=model)


def load(out: Path) -> Grade | None:
    """The grade in `out`, or nothing where none can be read."""
    try:
        return grade_from_json(load_json(out / "grade.json"))
    except UsageError:
        return None


def finished(
    out: Path, source: str, want: Wanted, found_in: str = "", *, ran_here: RanHere = lambda _folder: True
) -> Grade | None:
    """The result in `out` where grading `source` would only repeat it; else nothing. Reads the submission, for what
    counts is what it holds now. `found_in`: as `read_submission` takes it."""
    before = load(out)
    if before is None or before.status == "infrastructure_error" or not ran_here(out):
        return None
    if before.challenge.get("digest") != want.digest or before.provenance.get("grader_version") != __version__:
        return None
    if before.status == "graded" and want.judge_model and before.judge.get("model") != want.judge_model:
        return None
    digest, refusal = _now(source, want.challenge, found_in)
    if before.status == "refused":
        return before if refusal and before.reason.startswith(refusal) else None
    return before if digest and before.submission.get("digest") == digest and not refusal else None


def _now(source: str, challenge: Pack, found_in: str) -> tuple[str, str]:
    """Digest of what is at `source`, and why it would be refused; each empty where there is none."""
    digest = ""
    try:
        submission = take_in(source, challenge, found_in=found_in)
        digest = submission.digest
        check_complete(submission, challenge)
    except RefusedError as problem:
        return digest, nameless(problem.message, source)
    except GraderError:
        return "", ""
    return digest, ""
