"""The inner loop of an author: one submission, run again whenever the pack changes. The next verifier is started
beforehand, so a round costs a candidate's container and the tests themselves."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader import junk
from grader.authoring import promises, schema, shipped
from grader.authoring.runs import MakeAuthorSandbox, Ran, Runner, Say, Task, containers
from grader.errors import ChallengeError, RefusedError, visible
from grader.grading.containers import Containers
from grader.records import TestResult, TestStatus

if TYPE_CHECKING:
    from grader.settings import Settings

POLL_SECONDS = 0.3


def watch(
    root: Path,
    name: str,
    tests: tuple[str, ...],
    settings: Settings,
    make: MakeAuthorSandbox,
    tell: Say,
    *,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """Runs the submission `name` of the pack in `root` (only tests whose id holds one of `tests`, where given), and
    again after each change, until interrupted. Raises UsageError for an unknown submission."""
    seen: dict[str, int] = {}
    own = _booted(make)
    try:
        while not until():
            now = stamps(root)
            if now == seen:
                time.sleep(POLL_SECONDS)
                continue
            changed = sorted(path for path in now.keys() | seen.keys() if now.get(path) != seen.get(path))
            tell(
                f"{changed[0]} changed" + (f", and {len(changed) - 1} more" if len(changed) > 1 else "")
                if seen
                else name
            )
            seen = now
            try:
                tell("\n".join(_round(root, name, tests, settings, make, own)))
            except ChallengeError as problem:
                tell(f"BROKEN    {visible(problem.message, 1000)}")
            except RefusedError as problem:
                tell(f"refused   {visible(problem.message, 1000)}")
            own.close()
            own = _booted(make)
    finally:
        own.close()


def _booted(make: MakeAuthorSandbox) -> Containers:
    own = containers(make)
    own.boot()
    return own


def stamps(root: Path) -> dict[str, int]:
    """Path → time of change, of all files of the pack but caches and what editors leave while they write."""
    found: dict[str, int] = {}
    for path in junk.files(root):
        with contextlib.suppress(FileNotFoundError):  # gone since it was listed: an editor puts a new one in its place
            found[path.relative_to(root).as_posix()] = path.stat().st_mtime_ns
    return found


def _round(
    root: Path, name: str, tests: tuple[str, ...], settings: Settings, make: MakeAuthorSandbox, own: Containers
) -> list[str]:
    """One run of one submission, as lines."""
    challenge, listed, findings = schema.read(root)
    if challenge is None:
        raise ChallengeError("; ".join(f"{finding.place}: {finding.text}" for finding in findings))
    work = shipped.find(challenge.root, listed, name)
    submission = shipped.read(challenge, work, required=work.name != shipped.STARTER)
    began = time.monotonic()
    job = Runner(challenge, settings, make).job(Task(name=name, submission=submission, only=tests))
    observed = own.observe(job)
    ran = Ran(name=name, submission=submission, observed=observed, seconds=time.monotonic() - began)
    lines = [_line(test) for test in ran.points.tests if test.points < test.max_points or tests]
    points = ran.points
    lines.append(f"{points.points:g} of {points.max_points:g} points ({ran.share:.0%}) in {ran.seconds:.1f} s")
    if work.promise and not tests:
        lines += [finding.text for finding in promises.entry(work.promise, ran, observed.expected)]
    return lines


def _line(test: TestResult) -> str:
    mark = (
        "error   " if test.status is TestStatus.ERROR else "lost    " if test.points < test.max_points else "passed  "
    )
    return f"{mark}  {test.id}  {test.points:g} of {test.max_points:g}  {visible(promises.reason(test), 300)}"
