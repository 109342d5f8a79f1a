"""Submissions against the hidden tests, a few at a time: the same sandbox and the same job as `grade`, no report."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.challenge import Pack
from grader.errors import ChallengeError, GraderError, InfrastructureError, Interrupted, RefusedError
from grader.grading.observed import collect
from grader.grading.pipeline import Request, Run, make_job
from grader.records import ObjectiveScore, Submission, VerifierResult
from grader.score import objective
from grader.secret import FOR_CHECKS

if TYPE_CHECKING:
    from grader.sandbox.protocol import CandidateLimits, Event, Job, Sandbox
    from grader.settings import Settings

MakeSandbox = Callable[[str], "Sandbox"]
"""A new sandbox for a run of that id."""
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One submission to run."""

    name: str
    submission: Submission = field(repr=False)
    seed: int | None = None
    """Seed of the data's variant; the submission's own first one where None."""
    limits: CandidateLimits | None = None
    """Other limits than the pack's."""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What came of a task. Without `observed`, `problem` says what is wrong with the pack or the submission."""

    name: str
    submission: Submission | None = field(default=None, repr=False)
    observed: VerifierResult | None = None
    problem: GraderError | None = None
    events: tuple[Event, ...] = field(default=(), repr=False)
    """All that left the verifier."""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    seconds: float = 0.0
    """Wall time, from boot to removal."""

    @property
    def points(self) -> ObjectiveScore:
        return objective.score(self.observed.tests if self.observed else ())

    @property
    def share(self) -> float:
        """Points earned, 0..1."""
        points = self.points
        return points.points / points.max_points if points.max_points else 0.0

    @property
    def candidate_seconds(self) -> float:
        return sum(test.seconds for test in self.observed.tests) if self.observed else 0.0


def docker(settings: Settings) -> MakeSandbox:
    """The sandbox that `grade` uses."""

    def make(run_id: str) -> Sandbox:
        from grader.sandbox.docker import DockerSandbox

        return DockerSandbox(run_id, runtime=settings.runtime, base_image=settings.base_image)

    return make


class Runner:
    """Runs tasks of one challenge. Work that is interrupted leaves no container behind."""

    def __init__(self, challenge: Pack, settings: Settings, make: MakeSandbox, *, jobs: int = 2) -> None:
        self.challenge, self.settings, self.jobs = challenge, settings, jobs
        self._make = make
        self._open: set[Held] = set()
        self._stopped = False

    def seed(self, submission: Submission, number: int = 0) -> int:
        """A seed of `submission`, the same on every machine; each `number` is another variant of the data."""
        return FOR_CHECKS.seed(self.challenge.digest, submission.digest + (f"#{number}" if number else ""))

    def job(self, task: Task) -> Job:
        request = Request(source=task.name, challenge=self.challenge, out=Path(), only=task.only)
        run = Run(request=request, settings=self.settings, say=lambda _text: None, secret=FOR_CHECKS)
        job = make_job(run, self.challenge, task.submission)
        seed = self.seed(task.submission) if task.seed is None else task.seed
        return replace(job, seed=seed, limits=task.limits or job.limits)

    def run(self, tasks: Sequence[Task], told: Callable[[Ran, int], None] = lambda _ran, _done: None) -> list[Ran]:
        """What came of each task, in order; `told` hears of each as it ends, with how many have. Raises
        InfrastructureError when a run could not be carried out."""
        pool = ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="run")
        self._stopped = False
        futures = {pool.submit(self._one, task): n for n, task in enumerate(tasks)}
        results: dict[int, Ran] = {}
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                told(results[futures[future]], len(results))
        finally:
            self._stopped = True
            pool.shutdown(wait=False, cancel_futures=True)
            for held in list(self._open):
                held.close()
            pool.shutdown(wait=True)
        return [results[n] for n in range(len(tasks))]

    def _one(self, task: Task) -> Ran:
        """Runs one task; an engine that vanishes in the middle is tried once more, as `grade` does."""
        try:
            return self._once(task)
        except InfrastructureError as problem:
            if not problem.retry:
                raise
            return self._once(task)

    def _once(self, task: Task) -> Ran:
        began = time.monotonic()
        seen: list[Event] = []
        held = Held(self._make(secrets.token_hex(6)))
        self._open.add(held)
        try:
            held.boot(stopped=self._stopped)
            observed = collect(_noted(held.sandbox.run(self.job(task)), seen))
            ran = Ran(name=task.name, submission=task.submission, observed=observed, facts=held.sandbox.facts())
        except (ChallengeError, RefusedError) as problem:
            ran = Ran(name=task.name, submission=task.submission, problem=problem)
        finally:
            held.close()
            self._open.discard(held)
        return replace(ran, events=tuple(seen), seconds=time.monotonic() - began)


class Held:
    """A sandbox that the thread which runs it and the one that stops it may both close."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._closed = False
        self._lock = threading.Lock()

    def boot(self, *, stopped: bool) -> None:
        """Starts it, unless all is over already. Raises Interrupted then."""
        with self._lock:
            if stopped or self._closed:
                raise Interrupted("The check was stopped.")
            self.sandbox.boot()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self.sandbox.close()


def _noted(events: Iterable[Event], seen: list[Event]) -> Iterator[Event]:
    for event in events:
        seen.append(event)
        yield event
