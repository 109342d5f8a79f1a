"""The work of a batch on one machine: threads that each grade one submission after the other.

One bad submission stops nothing. A fault of the machine is tried again after a pause, and then listed apart; when
several submissions in a row fail so, the machine is what is broken and the rest is left for the next start. What came
of a submission's own address or packages says nothing of the machine: it is tried once more when all others are done.
What was in flight when the process died is simply not finished, and is run again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from grader.batch.ask_again import or_before, unanswered
from grader.batch.attempts import BatchOutcome, Streak, no_grade, outcome_of, until_graded
from grader.batch.entries import NOWHERE, BatchEntry, is_there
from grader.batch.finished import RanHere, Wanted, finished, load
from grader.errors import GraderError, InfrastructureError
from grader.grading.failure import save_failure
from grader.grading.run import ClosedGates, MakeSandbox, Request, Run
from grader.grading.warm import warm_engine
from grader.records import Grade
from grader.report.write import Pages
from grader.sandbox.kept import Slots, StoppedError, Verifiers
from grader.settings import Settings

RETRY_SECONDS = (2.0, 10.0, 30.0)
"""Pauses before a submission is tried again that the machine failed."""
BROKEN_AFTER = 5
"""So many submissions in a row without a grade for the machine's fault: the machine is broken."""
LOOK_SECONDS = 0.5
UNDER_WAY = 3
"""Submissions under way for each place: what is read, judged or reported holds none, and beside what holds one for
long a spare one is opened."""


@dataclass(frozen=True, kw_only=True)
class BatchPlan:
    """What a batch is asked to do."""

    entries: Sequence[BatchEntry]
    out: Path
    jobs: int
    want: Wanted
    judge: bool = True
    fresh: bool = False
    """Grade all, also what is finished."""
    pages: Pages = field(default_factory=Pages)
    cores: Sequence[str] = ()
    """For each slot, the processor cores that its containers stay on; anywhere where that is empty."""
    judge_calls: int = 0
    """Calls of the judge under way at once, of all submissions together; 0 is no limit."""
    retry_seconds: tuple[float, ...] = RETRY_SECONDS


class Watcher(Protocol):
    """Is told how the batch goes, from several threads."""

    def started(self, entry: BatchEntry) -> None: ...
    def stage(self, entry: BatchEntry, text: str) -> None: ...
    def tests(self, entry: BatchEntry, done: int, total: int) -> None: ...
    def finished(self, outcome: BatchOutcome) -> None: ...
    def stopping(self) -> None: ...


Record = Callable[[BatchEntry, Grade], None]


class Batch:
    """One batch under way. `record` is told each new grade; what it raises does not lose the grade. What lies in the
    output folder and did not run here is graded again."""

    def __init__(
        self,
        plan: BatchPlan,
        settings: Settings,
        watcher: Watcher,
        *,
        make_sandbox: MakeSandbox | None = None,
        record: Record = lambda _entry, _grade: None,
        closed_gates: ClosedGates = lambda _calibration: {},
        ran_here: RanHere = lambda _folder: True,
    ) -> None:
        self.plan, self.settings, self.watcher = plan, settings, watcher
        self._ran_here = ran_here
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._closed_gates = closed_gates
        self._slots, self._record = Slots(plan.jobs, Verifiers(settings.base_image, plan.cores)), record
        self._make_sandbox = make_sandbox or self._slots.sandbox
        self._under_way = plan.jobs * (1 if make_sandbox else UNDER_WAY)
        self._lane = threading.BoundedSemaphore(plan.judge_calls) if plan.judge_calls else contextlib.nullcontext()
        self._streak = Streak()
        self._closing = threading.Thread(target=self._slots.close, name="closing")
        self.interrupted = False
        self.problems: list[str] = []
        """What went wrong beside the grading, one sentence each."""

    def run(self) -> list[BatchOutcome]:
        """Grades what is not finished; an outcome for each entry, in their order. An interrupt lets what is in flight
        finish and starts nothing more; a second one is raised. To be called once, and `close` afterwards."""
        new = sum(not (self.plan.out / entry.name / "grade.json").exists() for entry in self.plan.entries)
        self._slots.prepare(min(self.plan.jobs, len(self.plan.entries) if self.plan.fresh else new))
        warm_engine()
        pool = ThreadPoolExecutor(self._under_way, thread_name_prefix="submission")
        try:
            outcomes = self._all(pool, sorted(self.plan.entries, key=self._failed_before), {})
            late = [entry for entry in self.plan.entries if outcomes[entry.name].of_submission]
            outcomes |= self._all(pool, late, outcomes)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        self._closing.start()
        return [outcomes[entry.name] for entry in self.plan.entries]

    def _all(
        self, pool: ThreadPoolExecutor, entries: Sequence[BatchEntry], before: Mapping[str, BatchOutcome]
    ) -> dict[str, BatchOutcome]:
        """The outcome of each of `entries`, of which some were tried `before`."""
        futures = {entry.name: pool.submit(self._one, entry, before.get(entry.name)) for entry in entries}
        try:
            _wait(list(futures.values()))
        except KeyboardInterrupt:
            self.interrupted = True
            self.stop()
            _wait(list(futures.values()))
        return {name: future.result() for name, future in futures.items()}

    def _failed_before(self, entry: BatchEntry) -> bool:
        """Whether an earlier start came to no grade for it: then those that were never tried come first."""
        before = None if self.plan.fresh else load(self.plan.out / entry.name)
        return before is not None and before.status == "infrastructure_error"

    def close(self) -> None:
        """Waits until all that was started has gone; its removal began when the last submission was done."""
        with contextlib.suppress(RuntimeError):  # begun already
            self._closing.start()
        self._closing.join()

    def stop(self) -> None:
        """Starts nothing more."""
        self._stop.set()
        self._slots.stop()
        self.watcher.stopping()

    # ------------------------------------------------------------------------------------------------ one submission

    def _one(self, entry: BatchEntry, before: BatchOutcome | None) -> BatchOutcome:
        outcome = (before or _not_started(entry)) if self._stop.is_set() else self._begin(entry)
        if outcome.of_submission and before is None:
            self.watcher.stage(entry, f"once more at the end: {outcome.reason}")
        else:
            self.watcher.finished(outcome)
        again = before is not None and outcome is not before
        return replace(outcome, attempts=outcome.attempts + before.attempts) if before and again else outcome

    def _begin(self, entry: BatchEntry) -> BatchOutcome:
        began = time.monotonic()
        before = (
            None
            if self.plan.fresh
            else finished(
                self.plan.out / entry.name, entry.source, self.plan.want, entry.found_in, ran_here=self._ran_here
            )
        )
        if before is not None:
            self._keep(entry, before)
            if self.plan.want.judge_model and unanswered(before):
                return self._ask_again(entry, before, began)
            return outcome_of(entry, before, 0.0, 0)
        self.watcher.started(entry)
        if not is_there(entry):
            return self._nowhere(entry)
        outcome = self._grade(entry, began)
        self._count(outcome)
        return outcome

    def _nowhere(self, entry: BatchEntry) -> BatchOutcome:
        """Nobody's fault but the list's: said at once, and no sign of a broken machine."""
        problem = InfrastructureError(NOWHERE, fix="bring it there, and start again")
        request = Request(source=entry.source, challenge=self.plan.want.challenge, out=self.plan.out / entry.name)
        save_failure(Run(request=request, settings=self.settings, say=lambda _text: None), problem)
        if (written := load(self.plan.out / entry.name)) is not None:
            self._keep(entry, written)
        return BatchOutcome(entry=entry, state="infrastructure_error", reason=problem.message, attempts=1)

    def _ask_again(self, entry: BatchEntry, before: Grade, began: float) -> BatchOutcome:
        """The judge failed when this was graded. What goes wrong now leaves the grade as it was."""
        self.watcher.started(entry)
        self.watcher.stage(entry, "asking the judge again")
        result, problem = or_before(self._run_of(entry), before, self.plan.want.challenge)
        if problem:
            with self._lock:
                self.problems.append(problem)
            return outcome_of(entry, before, 0.0, 0)
        self._keep(entry, result)
        return outcome_of(entry, result, time.monotonic() - began, 1)

    def _grade(self, entry: BatchEntry, began: float) -> BatchOutcome:
        pauses = iter(self.plan.retry_seconds)

        def again(problem: InfrastructureError) -> bool:
            pause = None if problem.of_submission else next(pauses, None)
            if pause is None or self._stop.is_set():
                return False
            self.watcher.stage(entry, f"again in {pause:.0f} s: {problem.message}")
            self._stop.wait(pause)
            return True

        try:
            result, attempts = until_graded(lambda: self._run_of(entry), self._make_sandbox, again)
        except StoppedError:
            return _not_started(entry)
        if isinstance(result, Grade):
            self._keep(entry, result)
            return outcome_of(entry, result, result.timings["total"], attempts)
        if (written := load(self.plan.out / entry.name)) is not None:
            self._keep(entry, written)
        return no_grade(entry, result, time.monotonic() - began, attempts)

    def _run_of(self, entry: BatchEntry) -> Run:
        plan = self.plan
        request = Request(
            source=entry.source,
            found_in=entry.found_in,
            challenge=plan.want.challenge,
            out=plan.out / entry.name,
            judge=plan.judge,
            pages=replace(plan.pages, known=entry.known),
            fetch_first=bool(plan.want.challenge.submission.dependencies),
            round=entry.round,
        )
        return Run(
            request=request,
            settings=self.settings,
            say=lambda text: self.watcher.stage(entry, text),
            progress=lambda done, total: self.watcher.tests(entry, done, total),
            judge_lane=self._lane,
            closed_gates=self._closed_gates,
        )

    def _keep(self, entry: BatchEntry, result: Grade) -> None:
        try:
            self._record(entry, result)
        except Exception as problem:
            message = problem.message if isinstance(problem, GraderError) else f"{type(problem).__name__}: {problem}"
            with self._lock:
                if message not in self.problems:
                    self.problems.append(message)

    def _count(self, outcome: BatchOutcome) -> None:
        if self._streak.note(outcome) != BROKEN_AFTER or self._stop.is_set():
            return
        with self._lock:
            self.problems.append(
                f"{BROKEN_AFTER} submissions in a row could not be graded, so nothing more was started."
            )
        self.stop()


def _not_started(entry: BatchEntry) -> BatchOutcome:
    return BatchOutcome(entry=entry, state="not_started", reason="the batch was stopped before")


def _wait(futures: Sequence[Future[BatchOutcome]]) -> None:
    """Until all are done; wakes now and then, so that an interrupt is met at once."""
    left = set(futures)
    while left:
        _, left = wait(left, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
