"""What the queue knows about one person, removed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine, RowMapping

from grader.store import people
from grader.store.engine import reading, writing

_ALL = """
    select id, status::text as status, args->>'candidate' as candidate, args->>'blind' as blind
    from procrastinate_jobs order by id"""


def jobs_of(engine: Engine, candidate: str, how: people.Meaning = "either") -> Sequence[RowMapping]:
    """Jobs that speak of a person, by name, alone or in a group, or by blind id. None for a store without a queue."""
    return [row for row in _jobs(engine)
            if people.is_meant(candidate, how, name=row["candidate"] or "", blind=row["blind"] or "")]  # fmt: skip


def known_by(engine: Engine) -> set[tuple[str, str]]:
    """Everybody whom the queue knows: (name, blind id)."""
    return {(row["candidate"] or "", row["blind"] or "") for row in _jobs(engine)}


def near(engine: Engine, candidate: str) -> tuple[str, ...]:
    """Names in the queue that may be meant by `candidate`."""
    return people.near(candidate, list(dict.fromkeys(row["candidate"] or "" for row in _jobs(engine))))


def forget(engine: Engine, candidate: str, how: people.Meaning = "either") -> None:
    """Removes these jobs, with what is noted about their attempts. One that runs is finished by its worker, and then
    stands in the store like any other."""
    gone = [row["id"] for row in jobs_of(engine, candidate, how) if row["status"] != "doing"]
    with writing(engine) as connection:
        for table, key in (("queue_attempts", "job"), ("procrastinate_jobs", "id")):
            sql = f"delete from {table} where {key} = any(:jobs)"  # noqa: S608 - constants of ours
            connection.execute(text(sql), {"jobs": gone})


def _jobs(engine: Engine) -> Sequence[RowMapping]:
    if engine.dialect.name != "postgresql":
        return ()
    with reading(engine) as connection:
        if not inspect(connection).has_table("queue_version"):
            return ()
        return connection.execute(text(_ALL)).mappings().all()
