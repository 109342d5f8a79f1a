"""Submissions against the hidden tests, a few at a time: the same sandbox and the same job as `grade`, no report."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from grader.authoring.remaining import Remaining
from grader.challenge import Pack
from grader.errors import ChallengeError, GraderError, RefusedError
from grader.grading.containers import Containers
from grader.grading.job import candidate_image, make_job
from grader.records import ObjectiveScore, Submission, VerifierResult
from grader.score import objective
from grader.secret import FOR_CHECKS

if TYPE_CHECKING:
    from grader.sandbox.protocol import CandidateLimits, Event, Job, Sandbox
    from grader.settings import Settings

MakeAuthorSandbox = Callable[[str], "Sandbox"]
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


def containers(make: MakeAuthorSandbox) -> Containers:
    """Those of one run of an author's, in a sandbox that `make` gives."""
    return Containers(lambda: make(secrets.token_hex(6)))


def docker(settings: Settings) -> MakeAuthorSandbox:
    """The sandbox that `grade` uses."""

    def make(run_id: str) -> Sandbox:
        from grader.sandbox.docker import DockerSandbox

        return DockerSandbox(run_id, runtime=settings.runtime, base_image=settings.base_image)

    return make


@contextlib.contextmanager
def kept(settings: Settings, many: int) -> Iterator[MakeAuthorSandbox]:
    """As `docker`, for so many runs at a time, with verifiers that stay and serve one run after the other, as in a
    batch; they are gone afterwards. Nothing is started before the first run."""
    from grader.sandbox.kept import Slots, Verifiers

    slots = Slots(many, Verifiers(settings.base_image))
    try:
        yield lambda run_id: slots.place(run_id, settings.runtime)
    finally:
        slots.close()


class Runner:
    """Runs tasks of one challenge. Work that is interrupted leaves no container behind."""

    def __init__(
        self,
        challenge: Pack,
        settings: Settings,
        make: MakeAuthorSandbox,
        *,
        jobs: int = 2,
        left: Remaining | None = None,
    ) -> None:
        self.challenge, self.settings, self.jobs = challenge, settings, jobs
        self.left = left or Remaining()
        self.sandbox = make
        self._open: set[Containers] = set()
        self._stopped = False

    def seed(self, submission: Submission, number: int = 0) -> int:
        """A seed of `submission`, the same on every machine; each `number` is another variant of the data."""
        return FOR_CHECKS.seed(self.challenge.digest, submission.digest + (f"#{number}" if number else ""))

    def job(self, task: Task) -> Job:
        image = candidate_image(self.challenge, task.submission, self.settings.base_image, lambda _text: None)
        seed = self.seed(task.submission) if task.seed is None else task.seed
        job = make_job(self.challenge, task.submission, seed=seed, image=image, only=task.only)
        return replace(job, limits=task.limits or job.limits)

    def run(self, tasks: Sequence[Task], told: Callable[[Ran, int], None] = lambda _ran, _done: None) -> list[Ran]:
        """What came of each task, in order; `told` hears of each as it ends, with how many have. Raises
        InfrastructureError when a run could not be carried out."""
        pool = ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="run")
        self._stopped = False
        self.left.begins(len(tasks), min(self.jobs, len(tasks)) or 1)
        futures = {pool.submit(self._one, task): n for n, task in enumerate(tasks)}
        results: dict[int, Ran] = {}
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                self.left.ended(results[futures[future]].seconds)
                told(results[futures[future]], len(results))
        finally:
            self._stopped = True
            pool.shutdown(wait=False, cancel_futures=True)
            for own in list(self._open):
                own.close()
            pool.shutdown(wait=True)
        return [results[n] for n in range(len(tasks))]

    def _one(self, task: Task) -> Ran:
        """Runs one task, as `grade` does."""
        began = time.monotonic()
        own = containers(self.sandbox)
        self._open.add(own)
        if self._stopped:
            own.close()
        try:
            own.boot()
            observed = own.observe(self.job(task))
            ran = Ran(name=task.name, submission=task.submission, observed=observed, facts=own.facts())
        except (ChallengeError, RefusedError) as problem:
            ran = Ran(name=task.name, submission=task.submission, problem=problem)
        finally:
            own.close()
            self._open.discard(own)
        return replace(ran, events=tuple(own.events), seconds=time.monotonic() - began)
