"""`grade challenge preview`: what people and candidates will see of a challenge, on a submission that it ships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader import files
from grader.authoring import shipped
from grader.authoring.entries import load_entries
from grader.challenge import Pack
from grader.grading.pipeline import grade
from grader.grading.run import MakeSandbox, Request, Run, docker_sandbox
from grader.report import render_feedback

if TYPE_CHECKING:
    from grader.settings import Settings

DECISIONS = ("advance", "decline", "more")
"""What people may decide; each has a letter of its own."""


def preview(
    pack: Pack,
    name: str,
    out: Path,
    settings: Settings,
    say: Callable[[str], None],
    make_sandbox: MakeSandbox = docker_sandbox,
) -> list[Path]:
    """Grades the shipped submission `name` into `out`, without a judge and kept in no store, and writes the letter of
    each decision beside its report. The pages for people first. Raises UsageError, GraderError."""  # fmt: skip
    work = shipped.find(pack.root, load_entries(pack.root), name)
    with work.whole() as path:
        request = Request(source=str(path), challenge=pack, out=out, judge=False)
        run = Run(request=request, settings=settings, say=say)
        result = grade(run, make_sandbox)
        written = [out / "report.html"]
        for decided in DECISIONS:
            page, text = render_feedback(result, pack, run.submission, decided=decided)
            for suffix, content in (("html", page), ("md", text)):
                files.write(out / f"letter-{decided}.{suffix}", content)
            written.append(out / f"letter-{decided}.html")
    return written
