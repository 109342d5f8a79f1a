"""What a grading leaves in its output folder for people and programs, each file whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader import files
from grader.records import Grade, Submission

if TYPE_CHECKING:
    from grader.challenge import Challenge


@dataclass(frozen=True, kw_only=True)
class Pages:
    """How the pages are wanted: machine formats beside them, the letter's templates, and whose name may be shown."""

    formats: tuple[str, ...] = ()
    audience: Literal["reviewer", "candidate"] = "reviewer"
    templates: Path | None = None
    candidate: str = ""
    """Shown on report.html, which is blind without it."""
    known: tuple[str, ...] = ()
    """What else the run knows of the author: names and what an archive or folder is called. None of it stands in a
    blind page."""


LETTERS = ("feedback.html", "feedback.md")


def write_grade(out: Path, result: Grade) -> None:
    """Writes grade.json: last, so that where it is, all the rest is."""
    from grader.evidence import to_text
    from grader.report.grade_json import grade_to_json

    files.write(out / "grade.json", to_text(grade_to_json(result)), durable=True)


def write_pages(
    out: Path, result: Grade, challenge: Challenge | None, submission: Submission | None, pages: Pages
) -> None:
    """Renders what people and programs read beside grade.json. Only a run without a grade may lack the challenge."""
    from grader.report import render_feedback, render_formats, render_report

    blind = not pages.candidate
    report = render_report(result, challenge, submission, blind=blind, candidate=pages.candidate, known=pages.known)
    files.write(out / "report.html", report)
    if result.status == "infrastructure_error":  # it will be run again, and there is nothing to tell the candidate
        for name in LETTERS:
            (out / name).unlink(missing_ok=True)
    else:
        letter = render_feedback(result, challenge, submission, templates=pages.templates)
        for name, text in zip(LETTERS, letter, strict=True):
            files.write(out / name, text)
    for name, content in render_formats(result, challenge, pages.formats, pages.audience).items():
        files.write(out / name, content)
