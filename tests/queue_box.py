"""A batch on the queue, and a worker that does it in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text

from grader.batch import blind
from grader.batch.attempts import BatchOutcome
from grader.batch.entries import BatchEntry
from grader.batch.record import Ours, Result, record
from grader.batch.runner import BatchPlan, Record
from grader.grading.run import Run
from grader.queue import work
from grader.queue.app import _Attempts
from grader.queue.follow import QueuedBatch, Wishes
from grader.queue.job import queue_name
from grader.queue.ledger import Ledger
from grader.queue.offers import offers
from grader.queue.queue import Queue
from grader.records import Grade
from grader.settings import Settings
from tests.batch_fixtures import SUMS, Quiet, Scripted


def sql(queue: Queue, statement: str, **values: Any) -> Any:
    with queue.engine.begin() as connection:
        found = connection.execute(text(statement), values)
        return found.all() if found.returns_rows else None


def fetch(queue: Queue, count: int = 1, worker: int | None = None, name: str = "") -> list[Any]:
    """What a worker would be given, one after the other: (id, args)."""
    worker = worker or sql(queue, "select worker_id from procrastinate_register_worker_v1()")[0][0]
    fetched = [
        sql(
            queue,
            "select id, args from procrastinate_fetch_job_v2(array[cast(:name as varchar)], :worker)",
            worker=worker,
            name=name or queue_name("sha256:c", "", ""),
        )[0]
        for _ in range(count)
    ]
    return [row for row in fetched if row[0] is not None]


class Box:
    """A worker without a process: fetches, runs and finishes as Procrastinate's would."""

    def __init__(self, queue: Queue, folder: Path, faults: dict[str, int] | None = None, **more: Any) -> None:
        self.queue, self.faults = queue, faults or {}
        self.ran: list[str] = []
        self.outcomes: list[BatchOutcome] = []
        found = offers(Settings(), SUMS.parent)
        self.names = found.queues
        self.means = work.Means(
            queue=queue,
            ledger=Ledger(queue, "box"),
            settings=Settings(),
            offers=lambda: found,
            folder=folder / "work",
            done=self.outcomes.append,
            make_sandbox=self.sandbox,
            **{"engine_answers": lambda: True, **more},
        )
        self.id = sql(queue, "select worker_id from procrastinate_register_worker_v1()")[0][0]

    def sandbox(self, run: Run) -> Scripted:
        made = Scripted(run, self.faults, self.ran)
        made.name = Path(run.request.source).name
        return made

    def step(self) -> bool:
        """Runs one job, if there is one; failed ones wait for nobody here."""
        jobs = [job for name in self.names for job in fetch(self.queue, 1, self.id, name)][:1]
        for job, args in jobs:
            try:
                work.run(self.means, job, args)
            except (work.FailedError, work.GivenBackError) as problem:
                again = _Attempts().get_retry_decision(exception=problem, job=None)  # type: ignore[arg-type]
                how = "update procrastinate_jobs set status = cast(:status as procrastinate_job_status) where id = :job"
                sql(self.queue, how, job=job, status="todo" if again else "failed")
            else:
                sql(self.queue, "select procrastinate_finish_job_v1(:job, 'succeeded', true)", job=job)
        return bool(jobs)

    def run(self) -> None:
        while self.step():
            pass


def queued(queue: Queue, what: BatchPlan, settings: Settings | None = None, **wishes: Any) -> QueuedBatch:
    people = {one.entry.name: one for one in blind.assign(what.entries)}
    return QueuedBatch(
        what, settings or Settings(), Quiet(), queue=queue, people=people, wishes=Wishes(**wishes),
        record=lambda _entry, _grade: None, ran_here=Ours(lambda: queue.store),
    )  # fmt: skip


def keeping(queue: Queue, what: BatchPlan) -> Record:
    """Keeps what is graded here, as the command does."""

    def keep(entry: BatchEntry, _grade: Grade) -> None:
        record(queue.store, Result(folder=what.out / entry.name), why="grade batch")

    return keep


def states(outcomes: list[BatchOutcome]) -> dict[str, str]:
    return {outcome.entry.name: outcome.state for outcome in outcomes}
