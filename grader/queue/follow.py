"""A batch on the queue: puts in what is not finished, and waits for the results as they come.

It stands where `grader.batch.runner.Batch` stands, and what follows (the cohort's page, the summary, the exit code) is
the same.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import RowMapping

from grader import secret
from grader.batch.ask_again import or_before, unanswered
from grader.batch.attempts import BatchOutcome, outcome_of
from grader.batch.blind import Known
from grader.batch.entries import NOWHERE, BatchEntry, is_there
from grader.batch.finished import RanHere, finished, load
from grader.batch.runner import BatchPlan, Record, Watcher
from grader.errors import GraderError, InfrastructureError, RefusedError, UsageError, visible
from grader.grading.failure import save_failure
from grader.grading.run import Request, Run
from grader.judge.config import JudgeConfig
from grader.queue import places
from grader.queue.job import JobSpec, is_plain, queue_name
from grader.queue.lane import Lane
from grader.queue.queue import BatchSpec, Queue
from grader.records import Grade
from grader.settings import Settings
from grader.store.labels import closed_under

LOOK_SECONDS = 0.5
_AT_ONCE = 4
"""Submissions about which the judge is asked again at once."""
ALIVE_SECONDS = 60.0
"""A worker that gave a sign within it is there."""
AWAY_SECONDS = 600.0
"""So long a database that went away is waited for."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is asked of the queue beside the plan."""

    priority: int | None = None
    shared: str = ""
    """Folder or URL that submissions and results go through; empty where workers see the same paths."""


class QueuedBatch:
    """One batch on the queue. `people` knows the blind id of each entry."""

    def __init__(
        self,
        plan: BatchPlan,
        settings: Settings,
        watcher: Watcher,
        *,
        queue: Queue,
        people: Mapping[str, Known],
        record: Record,
        wishes: Wishes,
        ran_here: RanHere = lambda _folder: True,
    ) -> None:
        self.plan, self.settings, self.watcher = plan, settings, watcher
        self.queue, self._people, self._record, self._wishes = queue, people, record, wishes
        self._ran_here = ran_here
        self._outcomes: dict[str, BatchOutcome] = {}
        self._jobs: dict[str, JobSpec] = {}
        self._entries = {entry.name: entry for entry in plan.entries}
        self._running: dict[str, float] = {}
        self._silent: dict[str, Grade] = {}
        """Finished before, but for a judge that did not answer."""
        self.interrupted = False
        self.problems: list[str] = []
        self.id = ""
        self._secret = secret.of(settings).fingerprint

    def put(self) -> int:
        """Puts in what is not finished. Returns how many jobs the batch waits for. Raises UsageError where each worker
        that is there has another secret."""
        self._check_secret()
        places.check(self._wishes.shared)
        for entry in self.plan.entries:
            self._skip_finished(entry)
        wanted = self.plan.want
        place = self._wishes.shared or os.path.abspath(self.plan.out)
        key = "\0".join((os.path.abspath(self.plan.out), place, wanted.digest, wanted.judge_model))
        name = queue_name(wanted.digest, wanted.judge_model, self._secret)
        self.id = self.queue.batch(
            BatchSpec(
                key=hashlib.sha256(f"{key}\0{name}".encode()).hexdigest(),
                queue=name,
                challenge=wanted.challenge.id,
                digest=wanted.digest,
                judge=wanted.judge_model,
                priority=self._wishes.priority,
                place=place,
            )
        )
        left = [entry for entry in self.plan.entries if entry.name not in {*self._outcomes, *self._silent}]
        self._jobs = {spec.name: spec for entry in left if (spec := self._spec(entry)) is not None}
        self.queue.put(self.id, list(self._jobs.values()))
        return len(self._jobs)

    def run(self) -> list[BatchOutcome]:
        """Waits for all; an outcome for each entry, in their order. An interrupt ends the waiting, not the jobs."""
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asking")
        try:
            asking = self._ask_again(pool)
            self._follow()
            while wait(asking, timeout=LOOK_SECONDS).not_done:
                pass  # woken now and then, so that an interrupt is met at once
            for future in asking:
                future.result()
        except KeyboardInterrupt:
            self.interrupted = True
            self.problems.append(
                f"The queue goes on without this command: start it again to follow, or `grade queue cancel {self.id}`."
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        for entry in self.plan.entries:
            if entry.name in self._silent and entry.name not in self._outcomes:
                self._ended(outcome_of(entry, self._silent[entry.name], 0.0, 0))
            elif entry.name not in self._outcomes:
                self._ended(BatchOutcome(entry=entry, state="not_started", reason="it is still in the queue"))
        return [self._outcomes[entry.name] for entry in self.plan.entries]

    def _ask_again(self, pool: ThreadPoolExecutor) -> list[Future[None]]:
        """Asks the judge again about results that lack its answer, from here, where their evidence is, and through the
        lane that the workers share; no container is wanted for that."""
        if not self._silent:
            return []
        lane = Lane(self.queue, self.plan.want.judge_model, JudgeConfig.of(self.settings).concurrency)
        return [pool.submit(self._ask_one, self._entries[name], before, lane) for name, before in self._silent.items()]

    def _ask_one(self, entry: BatchEntry, before: Grade, lane: Lane) -> None:
        began = time.monotonic()
        self.watcher.started(entry)
        self.watcher.stage(entry, "asking the judge again")
        request = replace(self._request(entry), pages=replace(self.plan.pages, known=entry.known))
        run = Run(request=request, settings=self.settings, say=lambda _text: None, judge_lane=lane,
                  closed_gates=partial(closed_under, self.queue.engine))  # fmt: skip
        result, problem = or_before(run, before, self.plan.want.challenge)
        if problem:
            self.problems.append(problem)
            self._ended(outcome_of(entry, before, 0.0, 0))
            return
        self._keep(entry)
        self._ended(outcome_of(entry, result, time.monotonic() - began, 1))

    def _request(self, entry: BatchEntry) -> Request:
        out = self.plan.out / entry.name
        return Request(source=entry.source, found_in=entry.found_in, challenge=self.plan.want.challenge, out=out)

    # ------------------------------------------------------------------------------------------------ putting in

    def _check_secret(self) -> None:
        there = self.queue.secrets(ALIVE_SECONDS)
        if there and self._secret not in there:
            raise UsageError(
                f"No worker would take this batch: the operator's secret here is {self._secret}, and theirs "
                f"{'are' if len(there) > 1 else 'is'} {', '.join(sorted(there))}.",
                fix="the same GRADER_SECRET, or the same file (`grade secret show`), here and for every worker",
            )

    def _skip_finished(self, entry: BatchEntry) -> None:
        before = (
            None
            if self.plan.fresh
            else finished(
                self.plan.out / entry.name, entry.source, self.plan.want, entry.found_in, ran_here=self._ran_here
            )
        )
        if before is None:
            return
        self._keep(entry)
        if self.plan.want.judge_model and unanswered(before):
            self._silent[entry.name] = before
        else:
            self._ended(outcome_of(entry, before, 0.0, 0))

    def _spec(self, entry: BatchEntry) -> JobSpec | None:
        """The job of an entry; None where its submission cannot be brought to the workers, which is its outcome."""
        shared, folder = self._wishes.shared, os.path.abspath(self.plan.out / entry.name)
        source, result = os.path.abspath(entry.source), folder
        try:
            if unfit := entry.unfit:
                raise unfit
            if entry.remote:
                source = entry.source
            elif shared:
                source = places.share(entry.source, places.join(shared, self.id, places.SHARED_IN), entry.name)
        except GraderError as problem:
            self._ended(self._failed(entry, problem))
            return None
        if not is_there(entry):
            self._ended(self._failed(entry, InfrastructureError(NOWHERE, fix="bring it there, and start again")))
            return None
        if not is_plain(source):
            said = f"The path {visible(source)} is not text. Rename it, or use --shared."
            self._ended(self._failed(entry, InfrastructureError(said)))
            return None
        if shared:
            result = places.join(shared, self.id, places.SHARED_OUT, entry.name)
        known = self._people[entry.name]
        return JobSpec(
            batch=self.id,
            name=entry.name,
            source=source,
            result=result,
            folder=folder,
            candidate=known.entry.candidate,
            blind=known.id,
            challenge=self.plan.want.challenge.id,
            digest=self.plan.want.digest,
            judge=self.plan.judge,
            formats=self.plan.pages.formats,
            secret=self._secret,
            since=datetime.now(UTC).isoformat(timespec="seconds") if self.plan.fresh else "",
            round=entry.round,
        )

    # ------------------------------------------------------------------------------------------------ waiting

    def _follow(self) -> None:
        waiting = dict(self._jobs)
        while waiting:
            rows = self._open_jobs()
            there = {row["name"]: row for row in rows}
            for name, spec in list(waiting.items()):
                if self._settled(spec, there.get(name)):
                    del waiting[name]
            if waiting:
                time.sleep(LOOK_SECONDS)

    def _open_jobs(self) -> Sequence[RowMapping]:
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                return self.queue.open_jobs(self.id)
            except InfrastructureError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)

    def _settled(self, spec: JobSpec, row: RowMapping | None) -> bool:
        """Whether the job has ended; then its outcome is known."""
        entry = self._entries[spec.name]
        if row is None:
            self._ended(self._collected(entry, spec))
            return True
        if row["status"] == "failed":
            self._ended(self._failed(entry, self._parked(row)))
            return True
        if row["status"] == "cancelled":
            self._ended(BatchOutcome(entry=entry, state="not_started", reason="it was taken out of the queue"))
            return True
        if row["status"] == "doing" and spec.name not in self._running:
            self._running[spec.name] = time.monotonic()
            self.watcher.started(entry)
            self.watcher.stage(entry, f"on {row['worker'] or 'a worker'}")
        return False

    def _collected(self, entry: BatchEntry, spec: JobSpec) -> BatchOutcome:
        folder = self.plan.out / entry.name
        try:
            places.collect(spec.result, folder)
        except GraderError as problem:
            return self._failed(entry, problem)
        grade = load(folder)
        if grade is None:
            said = f"A worker put the result to {spec.result}, but here it is not to be read."
            return BatchOutcome(entry=entry, state="infrastructure_error", reason=said, attempts=1)
        self._keep(entry)
        for copy in (spec.source, spec.result) if self._wishes.shared else ():
            if copy not in {entry.source, str(folder)}:
                places.remove(copy)
        return outcome_of(entry, grade, float(grade.timings.get("total") or 0.0), 1)

    def _parked(self, row: RowMapping) -> InfrastructureError:
        reasons = self.queue.reasons(row["id"])
        last = reasons[-1] if reasons else "for a reason that nobody noted"
        return InfrastructureError(
            f"Parked after {len(reasons)} attempts, the last one: {last}", fix="grade queue parked"
        )

    def _failed(self, entry: BatchEntry, problem: GraderError) -> BatchOutcome:
        """There is no grade, and grade.json says so, as where a batch runs on one machine."""
        if not isinstance(problem, RefusedError):
            problem = InfrastructureError(problem.message, fix=problem.fix)
        save_failure(Run(request=self._request(entry), settings=self.settings, say=lambda _text: None), problem)
        self._keep(entry)
        return BatchOutcome(entry=entry, state=problem.status, reason=problem.message, attempts=1)

    def _ended(self, outcome: BatchOutcome) -> None:
        self._outcomes[outcome.entry.name] = outcome
        self.watcher.finished(outcome)

    def _keep(self, entry: BatchEntry) -> None:
        grade = load(self.plan.out / entry.name)
        if grade is None:
            return
        try:
            self._record(entry, grade)
        except GraderError as problem:
            if problem.message not in self.problems:
                self.problems.append(problem.message)
