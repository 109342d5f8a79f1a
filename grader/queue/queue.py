"""The queue as its users see it: put in, look, steer. Everything raises InfrastructureError where the database cannot
be used.

Fair sharing between batches is in the order itself. Among jobs of one priority the n-th of a batch has the rank n, and
a batch that comes later begins at the rank that is being worked on, so that batches take turns from there on. Priority
and rank are one number, Procrastinate's, for which it has an index.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, RowMapping

from grader import __version__
from grader.queue.job import TASK, JobSpec, secret_mark
from grader.store.engine import reading, writing
from grader.store.store import Store, user

RANKS = 10_000_000
"""Ranks within one priority."""
MANY = 200
"""After so many new jobs the database is told to count anew. Its own look comes a minute later, and until then it sorts
all that waits for each fetch: with 20,000 jobs that took 46 ms instead of 2."""
JUDGE_RATE = "judge calls per minute"
"""Name of the setting."""


@dataclass(frozen=True, kw_only=True)
class BatchSpec:
    """What all jobs of one batch have in common."""

    key: str
    """The same for a batch that is started again: where its results go, and what they rest on."""
    queue: str
    challenge: str
    digest: str
    judge: str
    priority: int | None
    """None: what the challenge has, else 0."""
    place: str
    """Where the results go."""


class Queue:
    """An open queue; see `grader.queue.open_queue`. Safe for threads."""

    def __init__(self, store: Store) -> None:
        self.store, self.engine = store, store.engine

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> Queue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The database, as libpq reads it; the password is in it."""
        return self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    # ------------------------------------------------------------------------------------------------ putting in

    def batch(self, wanted: BatchSpec) -> str:
        """The id of the batch, made where it is new."""
        with writing(self.engine) as connection:
            priority = wanted.priority
            if priority is None:
                priority = int(_setting(connection, _priority_of(wanted.challenge)) or 0)
            row = {
                "id": secrets.token_hex(4), "grader": __version__, "who": user(), "key": wanted.key,
                "queue": wanted.queue, "challenge": wanted.challenge, "digest": wanted.digest, "judge": wanted.judge,
                "priority": priority, "place": wanted.place,
            }  # fmt: skip
            columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            sql = (
                f"insert into queue_batches ({columns}) values ({values}) "  # noqa: S608 - names of ours
                "on conflict (key) do update set priority = excluded.priority returning id"
            )
            return str(connection.execute(text(sql), row).scalar_one())

    def put(self, batch: str, jobs: Sequence[JobSpec]) -> int:
        """Puts in what is not waiting or running already; what was parked or cancelled is given new attempts. All of
        it is kept, or nothing. Returns how many are new."""
        with writing(self.engine) as connection:
            row = connection.execute(
                text("select queue, priority from queue_batches where id = :batch for update"), {"batch": batch}
            ).one()
            over = "delete from procrastinate_jobs where args->>'batch' = :batch and status not in ('todo', 'doing')"
            connection.execute(text(over), {"batch": batch})
            there = set(_names(connection, batch).values())
            new = [job for job in jobs if job.name not in there]
            connection.execute(text("select pg_advisory_xact_lock(hashtext('queue rank'))"))
            _defer(connection, new, row.queue, _top(connection, row.priority))
            count = {"batch": batch, "total": len(there) + len(new)}
            connection.execute(text("update queue_batches set total = :total, at = now() where id = :batch"), count)
        if len(new) >= MANY:
            with writing(self.engine) as connection:
                connection.execute(text("analyze procrastinate_jobs"))
        return len(new)

    # ------------------------------------------------------------------------------------------------ looking

    def open_jobs(self, batch: str) -> Sequence[RowMapping]:
        """Jobs of a batch that have not ended well: `id`, `name`, `status` (todo, doing, failed, cancelled) and the
        `worker` that runs it."""
        sql = """
            select j.id, j.args->>'name' as name, j.status::text as status, a.worker
            from procrastinate_jobs j left join queue_attempts a on a.job = j.id and a.ended is null
            where j.args->>'batch' = :batch and j.status <> 'succeeded'"""
        with reading(self.engine) as connection:
            return connection.execute(text(sql), {"batch": batch}).mappings().all()

    def reasons(self, job: int) -> list[str]:
        """Why each attempt of a job failed, the first one first."""
        sql = "select reason from queue_attempts where job = :job and counted order by id"
        with reading(self.engine) as connection:
            return [str(reason) for (reason,) in connection.execute(text(sql), {"job": job})]

    def batches(self, stalled: float) -> Sequence[RowMapping]:
        """Batches that have jobs, or had some within a day, the oldest first, with counts and `takers`: how many
        workers that were seen within `stalled` seconds can take its jobs."""
        sql = """
            select b.id, b.challenge, b.digest, b.grader, b.judge, b.queue, b.priority, b.place, b.who, b.total, b.at,
                   count(j.id) filter (where j.status = 'todo') as waiting,
                   count(j.id) filter (where j.status = 'doing') as running,
                   count(j.id) filter (where j.status = 'failed') as parked,
                   count(j.id) filter (where j.status = 'cancelled') as cancelled,
                   (select count(*) from queue_workers w where w.offers ? b.queue
                    and w.seen > now() - make_interval(secs => :stalled)) as takers
            from queue_batches b left join procrastinate_jobs j on j.args->>'batch' = b.id and j.status <> 'succeeded'
            group by b.id having count(j.id) > 0 or b.at > now() - interval '1 day' order by b.at"""
        with reading(self.engine) as connection:
            return connection.execute(text(sql), {"stalled": stalled}).mappings().all()

    def workers(self, stalled: float) -> Sequence[RowMapping]:
        """Workers seen within a day; `alive` where within `stalled` seconds."""
        sql = """
            select w.name, w.version, w.judge, w.slots, w.offers, w.state, w.since, w.seen,
                   w.seen > now() - make_interval(secs => :stalled) as alive,
                   (select count(*) from queue_attempts a where a.worker = w.name and a.ended is null) as running
            from queue_workers w where w.seen > now() - interval '1 day' order by w.since"""
        with reading(self.engine) as connection:
            return connection.execute(text(sql), {"stalled": stalled}).mappings().all()

    def secrets(self, stalled: float) -> set[str]:
        """Fingerprints of the secrets of workers that were seen within `stalled` seconds."""
        mark = secret_mark("")
        sql = """
            select distinct o.value from queue_workers w, jsonb_array_elements_text(w.offers) o
            where o.value like :mark and w.seen > now() - make_interval(secs => :stalled)"""
        with reading(self.engine) as connection:
            found = connection.execute(text(sql), {"mark": f"{mark}%", "stalled": stalled})
            return {str(value).removeprefix(mark) for (value,) in found}

    def parked(self) -> Sequence[RowMapping]:
        """Jobs that the machines failed too often: `id`, `batch`, `name`, and the `reasons` of their attempts."""
        sql = """
            select j.id, j.args->>'batch' as batch, j.args->>'name' as name,
                   array(select reason from queue_attempts a where a.job = j.id and a.counted order by a.id) as reasons
            from procrastinate_jobs j where j.status = 'failed' order by j.id"""
        with reading(self.engine) as connection:
            return connection.execute(text(sql)).mappings().all()

    # ------------------------------------------------------------------------------------------------ steering

    def retry(self, batch: str = "") -> int:
        """Gives parked jobs, all or those of `batch`, new attempts."""
        sql = f"""
            with again as (
                update procrastinate_jobs set status = 'todo', scheduled_at = null
                where status = 'failed' and {_OF_BATCH} returning id),
            gone as (update queue_attempts set counted = false where job in (select id from again) and counted)
            select count(*) from again"""  # noqa: S608 - a constant of ours
        return self._count(sql, batch)

    def cancel(self, batch: str) -> int:
        """Takes back what waits or is parked, of all batches where `batch` is empty. What runs is finished."""
        sql = f"""
            with gone as (update procrastinate_jobs set status = 'cancelled'
                where status in ('todo', 'failed') and {_OF_BATCH} returning id)
            select count(*) from gone"""  # noqa: S608 - a constant of ours
        return self._count(sql, batch)

    def _count(self, sql: str, batch: str) -> int:
        with writing(self.engine) as connection:
            return int(connection.execute(text(sql), {"batch": batch}).scalar_one())

    def prioritise(self, challenge: str, priority: int) -> int:
        """Sets the priority of a challenge, for what waits and for what comes. Returns how many jobs were moved."""
        sql = """
            with moved as (update procrastinate_jobs j set priority = j.priority + (:priority - b.priority) * :ranks
                from queue_batches b
                where j.status = 'todo' and j.args->>'batch' = b.id and b.challenge = :challenge returning 1),
            changed as (update queue_batches set priority = :priority where challenge = :challenge)
            select count(*) from moved"""
        values = {"priority": priority, "challenge": challenge, "ranks": RANKS}
        with writing(self.engine) as connection:
            _set(connection, _priority_of(challenge), priority)
            return int(connection.execute(text(sql), values).scalar_one())

    def drain(self, on: bool) -> None:
        """With `on`, workers finish what they run and take nothing more until it is off."""
        self.set("drain", 1.0 if on else None)

    @property
    def draining(self) -> bool:
        return bool(self.setting("drain"))

    def setting(self, name: str) -> float | None:
        with reading(self.engine) as connection:
            return _setting(connection, name)

    def set(self, name: str, value: float | None) -> None:
        with writing(self.engine) as connection:
            _set(connection, name, value)

    @contextlib.contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Nobody else who asks for `key` is in here at the same time, on whatever machine."""
        with writing(self.engine) as connection:
            connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
            yield


_OF_BATCH = "(:batch = '' or args->>'batch' = :batch)"


def _priority_of(challenge: str) -> str:
    return f"priority of {challenge}"


def _setting(connection: Connection, name: str) -> float | None:
    value = connection.execute(text("select value from queue_settings where name = :name"), {"name": name}).scalar()
    return None if value is None else float(value)


def _set(connection: Connection, name: str, value: float | None) -> None:
    connection.execute(text("delete from queue_settings where name = :name"), {"name": name})
    if value is not None:
        values: Mapping[str, Any] = {"name": name, "value": value}
        connection.execute(text("insert into queue_settings values (:name, :value)"), values)


def _names(connection: Connection, batch: str) -> dict[int, str]:
    sql = "select id, args->>'name' from procrastinate_jobs where args->>'batch' = :batch"
    return {row[0]: row[1] for row in connection.execute(text(sql), {"batch": batch})}


def _top(connection: Connection, priority: int) -> int:
    """Procrastinate's priority of the next job in turn among those of `priority`: where a new batch begins."""
    sql = "select max(priority) from procrastinate_jobs where status = 'todo' and priority > :low and priority <= :high"
    high = priority * RANKS
    found = connection.execute(text(sql), {"low": high - RANKS, "high": high}).scalar()
    return high if found is None else int(found)


def _defer(connection: Connection, jobs: Sequence[JobSpec], queue: str, first: int) -> None:
    """Through Procrastinate, in the transaction of `connection`."""
    if not jobs:
        return
    from procrastinate import SyncPsycopgConnector
    from procrastinate.jobs import Job
    from procrastinate.manager import JobManager

    made = [
        Job(
            queue=queue, task_name=TASK, priority=first - rank, task_kwargs=job.as_args(), lock=None, queueing_lock=None
        )
        for rank, job in enumerate(jobs)
    ]
    JobManager(SyncPsycopgConnector()).batch_defer_jobs(made, connection=connection.connection.driver_connection)
