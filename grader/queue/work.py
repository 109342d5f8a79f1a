"""One job: fetch the submission, grade it as `grade` does, put the result where it belongs, keep it in the store.

A job may be run twice, by a worker that was thought dead and by the one that took over. The result that is there first
stays, and the store knows a grade once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from grader import scratch
from grader.batch.attempts import BatchOutcome, outcome_of, until_graded
from grader.batch.blind import Known
from grader.batch.entries import BatchEntry
from grader.batch.finished import Wanted, finished, load, wanted
from grader.batch.record import Result, ran_here, record
from grader.challenge import Pack
from grader.errors import ChallengeError, GraderError, InfrastructureError, RefusedError
from grader.grading.run import MakeSandbox, Request, Run
from grader.queue import places
from grader.queue.job import JobSpec
from grader.queue.ledger import Ledger
from grader.queue.offers import Offers
from grader.queue.queue import Queue
from grader.records import Grade
from grader.report.write import Pages
from grader.sandbox.engine import connect
from grader.settings import Settings
from grader.store.labels import closed_under

ENGINE_SECONDS = 600.0
"""So long a job waits for an engine that went away, before it is given back."""
DATABASE_SECONDS = 600.0
"""So long a finished result waits for a database, or a shared place, that went away."""
LOOK_SECONDS = 1.0

T = TypeVar("T")


class GivenBackError(Exception):
    """The job was not run to its end, and not for its own fault."""


class FailedError(Exception):
    """The machine failed the job; `attempts` of them count by now."""

    def __init__(self, reason: str, attempts: int) -> None:
        super().__init__(reason)
        self.attempts = attempts


def engine_answers() -> bool:
    """Whether the engine of this machine can be asked."""
    try:
        client = connect(10)
        client.info()
        client.close()
    except Exception:  # whatever it says, it is not fit to grade
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a worker has for its jobs."""

    queue: Queue
    ledger: Ledger
    settings: Settings
    offers: Callable[[], Offers]
    """As they are now."""
    folder: Path
    """For what is being made."""
    done: Callable[[BatchOutcome], None]
    changed: Callable[[], None] = lambda: None
    """Called when a pack is no longer what it was."""
    make_sandbox: MakeSandbox
    lane: AbstractContextManager[object] = field(default_factory=nullcontext)
    """Entered for each call of the judge."""
    engine_answers: Callable[[], bool] = engine_answers
    halt: threading.Event = field(default_factory=threading.Event)
    """Set when the worker is to end."""


def run(means: Means, job: int, args: Mapping[str, Any]) -> None:
    """Runs a job to its end. Raises GivenBackError, FailedError."""
    spec = JobSpec.from_args(args)
    began = time.monotonic()
    _patiently(lambda: means.ledger.begin(job, spec.batch))
    try:
        result = _result(means, spec)
    except GivenBackError as problem:
        reason = str(problem)
        _patiently(lambda: means.ledger.end(job, counted=False, reason=reason))
        raise
    except Exception as problem:  # whatever it is, the worker goes on
        reason = problem.message if isinstance(problem, GraderError) else f"{type(problem).__name__}: {problem}"
        attempts = _patiently(lambda: means.ledger.end(job, counted=True, reason=reason))
        seconds = time.monotonic() - began
        means.done(
            BatchOutcome(
                entry=_logged(spec),
                state="infrastructure_error",
                reason=reason,
                seconds=seconds,
                attempts=attempts,
                of_submission=getattr(problem, "of_submission", False),
            )
        )
        raise FailedError(reason, attempts) from problem
    attempts = _patiently(lambda: means.ledger.end(job, counted=False))
    means.done(outcome_of(_logged(spec), result, time.monotonic() - began, attempts + 1))


def _result(means: Means, spec: JobSpec) -> Grade:
    """The result of a job, in its place and in the store."""
    pack, want = _pack(means, spec)
    means.folder.mkdir(parents=True, exist_ok=True)
    with scratch.folder("job", means.folder) as room, places.fetched(spec.source, room) as source:
        there = _patiently(lambda: _there(means, spec, source, want, room))
        if there is not None:
            return there
        grade = _grade(means, spec, pack, source, room / "result")
        return _patiently(lambda: _place(means, spec, source, want, room)) or grade


def _place(means: Means, spec: JobSpec, source: str, want: Wanted, room: Path) -> Grade | None:
    """Puts the result in its place and into the store, unless one is there by now; then that one. Both under one lock:
    what is in its place and not in the store is of no worker, or of one that died just then."""
    with means.queue.alone(spec.result):
        there = _there(means, spec, source, want, room)
        if there is None:
            places.publish(room / "result", spec.result)
            _record(means, spec, _at(spec, room / "result"))
    return there


def _pack(means: Means, spec: JobSpec) -> tuple[Pack, Wanted]:
    """The challenge that the job wants, as this worker read it: what became of the folder meanwhile is nothing to it.
    Raises GivenBackError where this worker has it no more."""
    pack = means.offers().packs.get(spec.digest)
    if pack is None:
        means.changed()
        raise GivenBackError("The challenge here is another version by now.")
    if spec.secret and spec.secret != means.offers().secret:
        means.changed()
        raise GivenBackError("The operator's secret here is another one by now.")
    return pack, wanted(pack, means.settings, judge=spec.judge)


def _at(spec: JobSpec, copy: Path) -> Path:
    """Where the result can be read on this machine."""
    return copy if places.is_url(spec.result) else Path(spec.result)


def _there(means: Means, spec: JobSpec, source: str, want: Wanted, room: Path) -> Grade | None:
    """The result that is in its place already, from an attempt before or beside this one, if it is what is wanted and
    the store knows its run: whatever else lies there may have come with the submissions."""
    folder = _at(spec, room / "there")
    if places.is_url(spec.result):
        if not places.has_result(spec.result):
            return None
        places.collect(spec.result, folder)
    found = finished(folder, source, want, ran_here=partial(ran_here, means.queue.store))
    late_enough = found is not None and str(found.provenance.get("started_at") or "") > spec.since
    return found if late_enough else None


def _grade(means: Means, spec: JobSpec, pack: Pack, source: str, out: Path) -> Grade:
    """One attempt. An engine that went away is waited for, and then the attempt is made again. Raises
    InfrastructureError, GivenBackError."""
    pages = Pages(formats=spec.formats, known=_entry(spec).known)
    request = Request(source=source, challenge=pack, out=out, judge=spec.judge, pages=pages, round=spec.round)

    def new_run() -> Run:
        return Run(request=request, settings=means.settings, say=lambda _text: None, judge_lane=means.lane,
                   closed_gates=partial(closed_under, means.queue.engine))  # fmt: skip

    result, _ = until_graded(new_run, means.make_sandbox, lambda _problem: _engine_was_away(means))
    if isinstance(result, Grade):
        return result
    if not isinstance(result, RefusedError | ChallengeError):
        raise result
    written = load(out)
    if written is None:
        raise InfrastructureError(f"{out} holds no result.")
    return written


def _engine_was_away(means: Means) -> bool:
    """Whether the engine did not answer; then it does by now. Raises GivenBackError where it stays away."""
    if means.engine_answers():
        return False
    deadline = time.monotonic() + ENGINE_SECONDS
    while not means.engine_answers():
        if means.halt.wait(LOOK_SECONDS) or time.monotonic() > deadline:
            raise GivenBackError("The engine of this machine went away.")
    return True


def _record(means: Means, spec: JobSpec, folder: Path) -> None:
    known = Known(id=spec.blind, entry=_entry(spec))
    result = Result(folder=folder, known=known, kept=Path(spec.folder))
    _patiently(lambda: record(means.queue.store, result, why="grade batch --queue"))


def _entry(spec: JobSpec) -> BatchEntry:
    return BatchEntry(name=spec.name, source=spec.source, candidate=spec.candidate)


def _logged(spec: JobSpec) -> BatchEntry:
    """The entry as a worker's log names it: by blind id, for logs are kept and read by others."""
    return replace(_entry(spec), name=spec.blind)


def _patiently(write: Callable[[], T]) -> T:
    """Writes to the database or the shared place, also if it is away for a while: what was graded is not to be lost for
    that. `write` may be run again."""
    deadline = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            return write()
        except InfrastructureError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_SECONDS)
