"""What the queue knows about one person, removed."""

from __future__ import annotations

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from grader.store.engine import reading, writing

_OF_PERSON = "(args->>'candidate' = :who or args->>'blind' = :who or starts_with(args->>'blind', :who || '-'))"


def jobs_of(engine: Engine, candidate: str) -> int:
    """How many jobs speak of a candidate, by name or blind id. 0 for a store without a queue."""
    if engine.dialect.name != "postgresql":
        return 0
    with reading(engine) as connection:
        if not inspect(connection).has_table("queue_version"):
            return 0
        sql = f"select count(*) from procrastinate_jobs where {_OF_PERSON}"  # noqa: S608 - a constant of ours
        return int(connection.execute(text(sql), {"who": candidate}).scalar_one())


def forget(engine: Engine, candidate: str) -> None:
    """Removes these jobs, with what is noted about their attempts. One that runs is finished by its worker, and then
    stands in the store like any other."""
    jobs = f"select id from procrastinate_jobs where {_OF_PERSON} and status <> 'doing'"  # noqa: S608
    with writing(engine) as connection:
        for table, key in (("queue_attempts", "job"), ("procrastinate_jobs", "id")):
            sql = f"delete from {table} where {key} in ({jobs})"  # noqa: S608 - constants of ours
            connection.execute(text(sql), {"who": candidate})
