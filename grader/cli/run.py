"""`grade SUBMISSION --challenge ID`: grade one submission."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.grading.run import Request, Run
    from grader.records import Grade
    from grader.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What was asked for; each as its option's help says."""

    submission: str
    challenge: str
    out: Path | None
    as_json: bool
    no_judge: bool
    require_judge: bool
    fail_under: float | None
    challenges: Path | None
    only: tuple[str, ...]
    formats: str
    store: str


@click.command()
@click.argument("submission")
@click.option("--challenge", "-c", required=True, metavar="ID", help="A challenge's id, or the folder of a pack.")
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Folder for the result (./grade-<name>).")
@click.option("--json", "as_json", is_flag=True, help="Print grade.json on standard output, for programs.")
@click.option("--no-judge", is_flag=True, help="Leave the criteria to people, even where a judge is configured.")
@click.option("--require-judge", is_flag=True, help="Exit with 6 when the judge was asked and did not answer.")
@click.option(
    "--fail-under",
    type=float,
    metavar="N",
    help="Exit with 1 when the score is below N (of 100), with all that is open at nothing.",
)
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--only", multiple=True, metavar="TEXT", help="Run only tests whose id contains TEXT. Not a full grade.")
@click.option(
    "--format", "formats", default="", metavar="LIST", help="Also write: junit,ctrf,gradescope,csv,markdown,sarif."
)
@click.option("--store", default="", metavar="URL", help="Keep the result in this store (GRADER_STORE, where set).")
def command(**given: Any) -> int:
    """Grade SUBMISSION: a .zip, .tar.gz, folder, or git address.

    \b
    Writes into --out:
      grade.json      the grade, for programs (stable, with a JSON Schema)
      report.html     for reviewers: every number with what it rests on
      feedback.html   for the candidate, and feedback.md; no hidden test in it (none where our side failed)
      evidence/       what was observed; `grade rescore` works from it

    What is printed here is safe to show to a candidate. Without a judge model (GRADER_JUDGE_MODEL) the criteria stay
    open for people, and the grade says so. Where a store is named, by --store or GRADER_STORE, the result is kept there
    too (see `grade history`).
    """
    return _grade(RunOptions(**given))


def _grade(options: RunOptions) -> int:
    from functools import partial

    from grader.cli.calibrated import closed_in
    from grader.cli.printing import say
    from grader.cli.progress import Progress
    from grader.cli.standing import settings_for
    from grader.errors import NO_JUDGEMENT
    from grader.grading.pipeline import grade
    from grader.grading.run import Run
    from grader.report.write import result_in
    from grader.sandbox.guard import guarded
    from grader.store.vouched import found

    settings = settings_for(options.submission)
    named = options.store or (found(settings) if settings.store_is_named else "")
    request = _request(options, settings, named)
    before = result_in(request.out).get("submission", {}).get("digest")
    with _kept(named, request), guarded(), Progress(quiet=options.as_json) as progress:
        run = Run(request=request, settings=settings, say=progress.say, progress=progress.tests,
                  closed_gates=partial(closed_in, named))  # fmt: skip
        result = grade(run)
    if before not in {None, "", result.submission.get("digest")}:
        click.echo(f"{request.out} held the result of other files; it was replaced.", err=True)
    said = _as_json(result) if options.as_json else summary(result, run)
    say(said, kept=f"The grade is in {request.out}")
    if options.fail_under is not None and result.score is not None and result.score.low < options.fail_under:
        return 1
    return NO_JUDGEMENT if options.require_judge and result.judge.get("unanswered") else 0


def _request(options: RunOptions, settings: Settings, store: str) -> Request:
    from grader.cli.report import listed
    from grader.grading.run import Request
    from grader.report.write import Pages
    from grader.settings import find_challenge
    from grader.store import files_of

    return Request(
        source=options.submission,
        challenge=find_challenge(options.challenge, settings, options.challenges),
        out=options.out or _default_out(options.submission, settings),
        judge=not options.no_judge,
        only=options.only,
        pages=Pages(formats=listed(options.formats)),
        own=(*files_of(store), *settings.read_from),
    )


def _as_json(result: Grade) -> str:
    """grade.json for standard output, whatever encoding that has."""
    from grader.result.grade_json import grade_to_json
    from grader.unseen import json_text

    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json_text(grade_to_json(result), ascii_only=not utf8)


def _default_out(submission: str, settings: Settings) -> Path:
    from grader import secret
    from grader.report.write import own_folder, source_mark

    wanted = Path(f"grade-{default_name(submission)}")
    out = own_folder(wanted, source_mark(submission, secret.of(settings)))
    if out != wanted:
        click.echo(f"{wanted} holds something else, so the result goes to {out} (--out names another).", err=True)
    return out


@contextlib.contextmanager
def _kept(store: str, request: Request) -> Iterator[None]:
    """Keeps in `store`, where one is named, what the grading within this writes, a grade or the reason why there is
    none. A grading of some tests only is not kept: it is not the submission's grade."""
    if not store or request.only:
        yield
        return
    from grader.batch.record import Result, record
    from grader.store import open_store

    before = _stamp(request.out)
    with open_store(store) as opened:
        try:
            yield
        finally:
            if _stamp(request.out) != before:
                result = Result(folder=request.out, source=_place(request.source))
                _record(lambda: record(opened, result, why="grade run"), request.out)


def _place(source: str) -> str:
    """Where what was graded is, from everywhere on this machine."""
    from grader.submission.git import is_remote, without_secrets

    return without_secrets(source) if is_remote(source) else os.path.abspath(source)


def _record(keep: Callable[[], object], out: Path) -> None:
    from grader.errors import InfrastructureError

    try:
        keep()
    except InfrastructureError as problem:
        said = f"The result is in {out}, but it could not be kept: {problem.message}"
        raise InfrastructureError(said, fix=f"grade db add {shlex.quote(str(out))}") from problem


def _stamp(out: Path) -> int:
    """Tells one grade.json from the next; 0 where there is none."""
    path = out / "grade.json"
    return path.stat().st_mtime_ns if path.is_file() else 0


def default_name(source: str) -> str:
    """A folder name out of what was given: `work/jane.tar.gz` → `jane`."""
    from grader.network import without_secrets

    name = re.split(r"[#?]", without_secrets(source).rstrip("/"))[0].rpartition("/")[2]
    name = re.sub(r"(\.tar)?\.(zip|gz|tgz|xz|zst|tar|git)$", "", name)
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).strip(".") or "submission"


def summary(result: Grade, run: Run) -> str:
    """A few lines for a terminal. Group sums only: no test's name, input or expected value."""
    from grader.cli.standing import origin

    assert result.score is not None  # noqa: S101 - graded
    assert result.objective is not None  # noqa: S101
    score, points = result.score, result.objective
    half = "" if score.final else "; open parts count half"
    span = f"  (between {score.low:.1f} and {score.high:.1f}{half})" if half or score.low != score.high else ""
    lines = [
        "",
        f"  score           {score.value:.1f} of {score.max:g}{span}",
        f"  hidden tests    {points.points:.1f} of {points.max_points:g} points in {len(points.tests)} tests",
        f"  recommendation  {result.recommendation.replace('_', ' ')}: {result.recommendation_reason}",
    ]
    lines += [f"  note            {flag}" for flag in result.flags]
    lines += _silent_judge(result)
    lines += [f"  {name:<15} {text}" for name, text in origin(run.request.folder, result.challenge, run.settings)]
    lines += [f"  report          {run.request.out / 'report.html'}", f"  took            {run.timings['total']:.2f} s"]
    return "\n".join(lines)


def _silent_judge(result: Grade) -> list[str]:
    """Where the judge was asked and did not answer: about how many criteria, and why."""
    from grader.batch.ask_again import unanswered

    silent = unanswered(result)
    if not silent:
        return []
    why = next(iter(silent.values()))
    return [f"  judge           no answer for {len(silent)} of {len(result.criteria)} criteria, which stay open: {why}"]
