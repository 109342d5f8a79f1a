"""Everything that is rendered from a saved run: the reviewers' page, the candidate's letter, formats for machines.

Pure functions: they read no file but their own templates and run nothing. Importing this package is cheap; what is
heavy is imported by the function that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.challenge import Challenge
    from grader.records import Grade, Submission


def render_report(
    grade: Grade, challenge: Challenge, submission: Submission | None, *, blind: bool = True, candidate: str = ""
) -> str:
    """report.html for reviewers: one self-contained page. Without a submission there is no code view.

    A blind page shows neither `candidate` nor `submission.source`, e-mail addresses or author lines; with
    `blind=False` it is headed by `candidate`.
    """
    from grader.report.page import render

    return render(grade, challenge, submission, blind=blind, candidate=candidate)
