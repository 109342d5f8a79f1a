"""What workers write down: that they live, which job they run, how an attempt ended; and what becomes of the jobs of a
worker that died.

Attempts are counted here and not by Procrastinate, because not every run is the job's fault: one that a person
abandoned, or whose engine went away, is given back and costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import bindparam

from grader import __version__
from grader.errors import visible
from grader.queue.job import MOST_ATTEMPTS
from grader.queue.queue import Queue
from grader.store.engine import writing

KEEP_DAYS = 30
"""So long jobs that were taken back, batches without a job, and workers that are gone are remembered."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """Jobs of dead workers: given to others, and parked since it was their last attempt."""

    again: int
    parked: int


class Ledger:
    """One worker's part of the queue. Safe for threads. Everything raises InfrastructureError where the database cannot
    be used."""

    def __init__(self, queue: Queue, worker: str) -> None:
        self._engine, self.worker = queue.engine, worker

    def seen(self, state: str, slots: int, offers: Sequence[str], judge: str) -> None:
        """Says that this worker lives, and what it can take. Procrastinate's own sign of life ends as soon as it takes
        no more jobs, while the last ones are still under way; so it is given here too."""
        sql = text(
            "insert into queue_workers (name, version, judge, slots, offers, state) "
            "values (:name, :version, :judge, :slots, :offers, :state) "
            "on conflict (name) do update set state = excluded.state, offers = excluded.offers, seen = now()"
        ).bindparams(bindparam("offers", type_=JSONB))
        values = {
            "name": self.worker, "version": __version__, "judge": judge, "slots": slots, "offers": list(offers),
            "state": state,
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(sql, values)
            connection.execute(text(_BEAT), {"name": self.worker})

    def gone(self) -> None:
        """Says good-bye."""
        with writing(self._engine) as connection:
            connection.execute(text("delete from queue_workers where name = :name"), {"name": self.worker})

    def begin(self, job: int, batch: str) -> None:
        sql = "insert into queue_attempts (job, batch, worker) values (:job, :batch, :worker)"
        with writing(self._engine) as connection:
            connection.execute(text(sql), {"job": job, "batch": batch, "worker": self.worker})

    def end(self, job: int, *, counted: bool, reason: str = "") -> int:
        """Closes this worker's attempt. Returns how many attempts of the job count by now."""
        values = {"job": job, "worker": self.worker, "counted": counted, "reason": visible(reason, 2000)}
        close = (
            "update queue_attempts set ended = now(), counted = :counted, reason = :reason "
            "where job = :job and worker = :worker and ended is null"
        )
        count = "select count(*) from queue_attempts where job = :job and counted"
        with writing(self._engine) as connection:
            connection.execute(text(close), values)
            return int(connection.execute(text(count), {"job": job}).scalar_one())

    def release(self, reason: str) -> int:
        """Gives back, uncounted, what stands as run by this worker: it is known not to run any more."""
        sql = """
            with mine as (update queue_attempts set ended = now(), counted = false, reason = :reason
                where worker = :worker and ended is null returning job),
            back as (update procrastinate_jobs set status = 'todo', worker_id = null, scheduled_at = null
                where id in (select job from mine) and status = 'doing' returning id)
            select count(*) from back"""
        with writing(self._engine) as connection:
            return int(connection.execute(text(sql), {"worker": self.worker, "reason": reason}).scalar_one())

    def sweep(self, stalled: float) -> Swept:
        """Takes jobs from workers that gave no sign for `stalled` seconds. That counts as an attempt, for it may have
        been the job that killed them. One transaction; jobs that somebody else is sweeping are left to them."""
        with writing(self._engine) as connection:
            connection.execute(text(_FORGET_WORKERS), {"days": KEEP_DAYS})
            connection.execute(text(_FORGET_CANCELLED), {"days": KEEP_DAYS})
            connection.execute(text(_FORGET_BATCHES), {"days": KEEP_DAYS})
            dead = [row[0] for row in connection.execute(text(_DEAD), {"stalled": stalled})]
            if not dead:
                return Swept(again=0, parked=0)
            connection.execute(text(_CLOSE), {"jobs": dead})
            parked = connection.execute(text(_PARK), {"jobs": dead, "most": MOST_ATTEMPTS}).rowcount
            again = connection.execute(text(_AGAIN), {"jobs": dead}).rowcount
        return Swept(again=again, parked=parked)


_BEAT = """
    update procrastinate_workers set last_heartbeat = now() where id in (
        select j.worker_id from procrastinate_jobs j join queue_attempts a on a.job = j.id
        where a.worker = :name and a.ended is null and j.status = 'doing')"""
_DEAD = """
    select j.id from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
    where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - make_interval(secs => :stalled))
    order by j.id for update of j skip locked"""
_CLOSE = """
    update queue_attempts set ended = now(), counted = true, reason = 'The worker ' || worker || ' died in it.'
    where job = any(:jobs) and ended is null"""
_PARK = """
    update procrastinate_jobs j set status = 'failed', worker_id = null where j.id = any(:jobs)
    and (select count(*) from queue_attempts a where a.job = j.id and a.counted) >= :most"""
_AGAIN = """
    update procrastinate_jobs set status = 'todo', worker_id = null, scheduled_at = null
    where id = any(:jobs) and status = 'doing'"""
_FORGET_WORKERS = "delete from queue_workers where seen < now() - make_interval(days => :days)"
_FORGET_CANCELLED = """
    delete from procrastinate_jobs j using queue_batches b where j.args->>'batch' = b.id and j.status = 'cancelled'
    and b.at < now() - make_interval(days => :days)"""
_FORGET_BATCHES = """
    delete from queue_batches b where b.at < now() - make_interval(days => :days)
    and not exists (select 1 from procrastinate_jobs j where j.args->>'batch' = b.id and j.status <> 'succeeded')"""
