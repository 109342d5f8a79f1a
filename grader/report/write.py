"""What a grading leaves in its output folder for people and programs, each file whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader import files, own_files
from grader.errors import UsageError, visible
from grader.records import Grade, Submission

if TYPE_CHECKING:
    from grader.challenge import Challenge
    from grader.secret import Secret


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
    decided: str = ""
    """What people decided (advance, decline, more): the letter says that. Without it, what the grade recommends."""


LETTERS = ("feedback.html", "feedback.md")


def check_out(out: Path, source: str) -> None:
    """Raises UsageError where a result in `out` would mix with, or replace, what is not the grader's, or lie in a pack;
    InfrastructureError where nothing can be written there. Makes and removes nothing."""
    from grader.challenge.around import check_outside

    check_outside(out, source)
    files.check_writable(out)
    if os.path.isdir(source):
        _check_against(out, Path(source))
    there = _there(out)
    if there and not _is_output(out):
        raise UsageError(
            f"{visible(str(out))} holds {visible(there[0])}, which no grading wrote. Name another folder with --out."
        )
    if own_files.MACHINE in there:
        raise UsageError(
            f"{visible(str(out))} holds a grade that people closed. Grading again would put the machine's in its "
            "place: name another folder with --out, or remove that one by hand."
        )


def _check_against(out: Path, source: Path) -> None:
    """A folder that is graded may hold the output; it must not be it, nor lead it elsewhere by a link of its own."""
    if out.is_dir() and os.path.samefile(out, source):
        raise UsageError(f"--out {visible(str(out))} is the submission itself. Name another folder.")
    inside = Path(os.path.abspath(out))
    links = [path for path in (inside, *inside.parents) if path.is_symlink()]
    for link in [*links, *([out / "evidence"] if (out / "evidence").is_symlink() else [])]:
        if link.parent.resolve().is_relative_to(source.resolve()):
            raise UsageError(f"{visible(str(link))} is a link in the submission. Name another folder with --out.")


def source_mark(source: str, key: Secret) -> str:
    """What `provenance.source` says of `source`: that a result is of this very path or address, not which it is."""
    from grader.submission.git import is_remote, without_secrets

    return key.mark(without_secrets(source) if is_remote(source) else os.path.realpath(source))


def own_folder(wanted: Path, mark: str) -> Path:
    """`wanted`, or with the lowest number behind it the one that is free or holds a result of the same source: two
    archives of one name get two folders."""
    numbered = (wanted.with_name(f"{wanted.name}-{number}") for number in itertools.count(2))
    return next(path for path in itertools.chain([wanted], numbered) if _is_free(path, mark))


def _is_free(path: Path, mark: str) -> bool:
    if not os.path.lexists(path):
        return True
    if path.is_symlink() or not path.is_dir():
        return False
    return not any(path.iterdir()) or result_in(path).get("provenance", {}).get("source") == mark


def result_in(out: Path) -> Mapping[str, Any]:
    """The content of the grade.json in `out`; empty where there is none of ours."""
    content = own_files.marker(out, own_files.GRADE)
    return json.loads(content) if content else {}


@contextlib.contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder inside `out` for what a run writes. When all of it is written, it takes the place of what an earlier run
    left in `out`, of which nothing is touched before: a full disk costs no result that was there. Files of others stay.

    The markers go last and come first, grade.json at the very end, so that a run that is killed in between leaves a
    folder that is still known as an output. Raises InfrastructureError."""
    with files.explained(out):
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=STAGED[0], suffix=STAGED[1], dir=out))
    try:
        yield folder
        _clear(out, folder)
        for name in sorted(_there(folder), key=_COMES.index):
            with files.explained(out / name):
                (out / name).parent.mkdir(exist_ok=True)
                os.replace(folder / name, out / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


STAGED = (".grade.", ".part")
_REST = sorted(own_files.RESULT - set(own_files.MARKERS))
_GOES, _COMES = (*_REST, *own_files.MARKERS), (own_files.SNAPSHOT, *_REST, own_files.GRADE)


def _clear(out: Path, but: Path) -> None:
    for name in sorted(_there(out), key=_GOES.index):
        with files.explained(out / name):
            (out / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (out / "evidence").rmdir()
    for leftover in out.glob("*".join(STAGED)):
        if leftover != but:
            shutil.rmtree(leftover, ignore_errors=True)
    files.remove_partial(out)


def _there(out: Path) -> list[str]:
    """Files in `out` with names that a grading writes."""
    return sorted(name for name in own_files.RESULT if os.path.lexists(out / name))


def _is_output(out: Path) -> bool:
    return any(own_files.marker(out, name) for name in own_files.MARKERS)


def write_grade(out: Path, result: Grade) -> None:
    """Writes grade.json: last, so that where it is, all the rest is."""
    from grader.result.evidence import to_text
    from grader.result.grade_json import grade_to_json

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
        letter = render_feedback(result, challenge, submission, templates=pages.templates, decided=pages.decided)
        for name, text in zip(LETTERS, letter, strict=True):
            files.write(out / name, text)
    for name, content in render_formats(result, challenge, pages.formats, pages.audience).items():
        files.write(out / name, content)
