"""Criteria about documents in which nothing stands: settled without asking anybody. Pure.

Missing is not zero, so this holds only where nothing is missing that the grader could not see: the pack demands the
document, the document came, and no character in it can be seen. Then there is nothing that a judge or a person could
find, and the lowest level is what every anchor says of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from grader.challenge import Challenge
from grader.errors import visible
from grader.records import CriterionResult, JudgeResult, Submission
from grader.unseen import UNSEEN

LOWEST = 1
MOST_BYTES = 1 << 20
"""A larger file is never taken for a blank one: what looks like it may still be read by somebody."""


def settled(challenge: Challenge, submission: Submission, judged: JudgeResult) -> JudgeResult:
    """`judged` with the lowest level for each criterion all of whose files are blank, one that is demanded among them.
    A person's assessment replaces it, as it does a judge's."""
    return replace(judged, criteria=tuple(_settled(challenge, submission, one) for one in judged.criteria))


def _settled(challenge: Challenge, submission: Submission, result: CriterionResult) -> CriterionResult:
    criterion = next((one for one in challenge.rubric.criteria if one.id == result.id), None)
    blank = _blank(submission.files, criterion.evidence) if criterion else []
    demanded = [path for path in blank if path in challenge.submission.required]
    if not demanded or (result.accepted and result.level is not None):
        return result
    what = f"Nothing stands in {', '.join(visible(path, 80) for path in demanded)}, which the challenge asks for."
    return replace(
        result,
        level=LOWEST,
        accepted=True,
        suggestion=None,
        reason=f"{what} Nor is there anything else to read for this criterion: level {LOWEST}, and nobody was asked.",
        rationale=what,
    )


def _blank(files: Mapping[str, bytes], globs: Sequence[str]) -> list[str]:
    """The files that `globs` name, where all of them are blank; none where one is not."""
    named = [path for path in files if any(fnmatchcase(path, glob) for glob in globs)]
    return named if all(is_blank(files[path]) for path in named) else []


def is_blank(content: bytes) -> bool:
    """Whether nobody could see anything in it."""
    if len(content) > MOST_BYTES:
        return False
    return not UNSEEN.sub("", content.decode("utf-8-sig", "replace")).strip()
