"""Everything that is rendered from a saved run: the reviewers' page, the candidate's letter, formats for machines.

Pure functions: they read no file but their own templates and run nothing. Importing this package is cheap; what is
heavy is imported by the function that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from grader.challenge import Challenge
    from grader.records import Grade, Submission


def render_report(
    grade: Grade,
    challenge: Challenge | None,
    submission: Submission | None,
    *,
    blind: bool = True,
    candidate: str = "",
    known: Sequence[str] = (),
) -> str:
    """report.html for reviewers: one self-contained page. Without a submission there is no code view; only without a
    grade may there be no challenge.

    A blind page shows neither `candidate`, `submission.source` and what else is `known` of the author, nor what the
    files say of him: names, addresses, handles, phone numbers, home folders, profile links, author lines. With
    `blind=False` it is headed by `candidate` and shows everything.
    """
    from grader.report.page import render

    return render(grade, challenge, submission, blind=blind, candidate=candidate, known=known)


def render_feedback(
    grade: Grade, challenge: Challenge | None, submission: Submission | None, *, templates: Path | None = None,
    decided: str = "",
) -> tuple[str, str]:  # fmt: skip
    """feedback.html and feedback.md for the candidate, from public facts only. `templates` is a company's folder;
    `decided` what people decided, which the letter says in the place of what the grade recommends.

    Nothing of `submission` is quoted: the candidate has it. Raises UsageError for a template that does not work.
    """
    from grader.report.feedback import render

    return render(grade, challenge, templates, decided)


def render_formats(
    grade: Grade, challenge: Challenge | None, names: Iterable[str], audience: Literal["reviewer", "candidate"]
) -> dict[str, bytes]:
    """File name → content for each of `names`: junit, ctrf, gradescope, csv, markdown, sarif.

    Raises UsageError for an unknown name.
    """
    from grader.report.formats import render

    return render(grade, challenge, names, audience)


def prepare() -> None:
    """Starts the process that reads a candidate's files for a page, so that it is there when the page is made."""
    from grader import aside
    from grader.report import source

    aside.prepare(source.warm)


def warm() -> None:
    """Imports and compiles what a page needs, so that this is done while something else is waited for."""
    from grader.pages.templating import pages
    from grader.report import feedback
    from grader.report.page import TEMPLATES

    prepare()
    for name in pages(TEMPLATES).list_templates(filter_func=lambda name: name.endswith(".html.j2")):
        pages(TEMPLATES).get_template(name)
    feedback.warm()
