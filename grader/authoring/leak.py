"""Looks for canaries in all that leaves the verifier: its events, and whatever a grading makes of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.authoring.canary import search
from grader.authoring.runs import Ran
from grader.authoring.shipped import Work
from grader.challenge.findings import Finding, broken, found
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.own_files import FORMATS
from grader.records import Grade
from grader.report.write import Pages

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.sandbox.protocol import Event, Job
    from grader.settings import Settings

Printed = Callable[[Grade, Run], str]
"""What a grading prints on the terminal."""


class Replay:
    """A sandbox that repeats what another one saw; runs nothing. See `sandbox.protocol.Sandbox`."""

    def __init__(self, ran: Ran) -> None:
        self._ran = ran

    def boot(self) -> None:
        """Nothing to start."""

    def run(self, job: Job) -> Iterator[Event]:
        """The events of the other run; `job` was run already."""
        yield from self._ran.events

    def facts(self) -> Mapping[str, Any]:
        return self._ran.facts

    def close(self) -> None:
        """Nothing to remove."""


def check(
    pack: Pack,
    runs: Sequence[Ran],
    graded: Sequence[tuple[Work, Ran]],
    known: Mapping[str, str],
    settings: Settings,
    printed: Printed,
) -> list[Finding]:
    """`runs`: all of them; `graded`: the run of each of those whose whole grading is searched as well."""
    if not known or not runs:
        return []
    findings = [
        _leak(ran.name, "what the verifier reported", known, value) for ran in runs for value in _events(ran, known)
    ]
    for work, ran in graded:
        with work.whole() as source:
            made = output(pack, str(source), ran, settings, printed)
        for name, content in made.items():
            findings += [_leak(ran.name, name, known, value) for value in search(content, known)]
    text = f"in nothing that left the verifier in {len(runs)} runs, nor in the whole output of {len(graded)} gradings"
    return findings or [found("canary", text)]


def _events(ran: Ran, known: Mapping[str, str]) -> list[str]:
    text = json.dumps(list(ran.events), ensure_ascii=False, default=str)
    return search(text.encode("utf-8", "replace"), known)


def _leak(name: str, where: str, known: Mapping[str, str], value: str) -> Finding:
    return broken("canary", f"{name}: the canary of {known[value]} stands in {where}")


def output(pack: Pack, source: str, ran: Ran, settings: Settings, printed: Printed) -> dict[str, bytes]:
    """All that `grade` makes of a run: its files by name, but for the copy of the submission, and what it prints."""
    with tempfile.TemporaryDirectory(prefix="grade-check-") as folder:
        out = Path(folder)
        request = Request(source=source, challenge=pack, out=out, judge=False, pages=Pages(formats=tuple(FORMATS)))
        said: list[str] = []
        run = Run(request=request, settings=settings, say=said.append)
        result = grade(run, lambda _run: Replay(ran))
        files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
        content = {name: path.read_bytes() for name, path in files.items() if not name.endswith(".zip")}
        return content | {"the terminal": "\n".join([*said, printed(result, run)]).encode("utf-8", "replace")}
