"""The queue's tables: Procrastinate's, by the SQL that it ships, and ours beside them.

They are not in the store's migrations: a store may be SQLite, or be made before the extra is installed. Each
`open_queue` makes what is missing, in one transaction under a lock; `grade db upgrade` does the same.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from grader.errors import UsageError
from grader.store.engine import reading, writing

VERSION = 1
_LOCK = 7_201_426_884
"""Number of the advisory lock in Postgres under which one process changes the tables."""

OURS = """
create table queue_version (number integer not null, procrastinate text not null);

create table queue_batches (
    id text primary key,
    key text not null unique,
    queue text not null,
    challenge text not null,
    digest text not null,
    grader text not null,
    judge text not null,
    priority integer not null,
    total integer not null default 0,
    place text not null,
    who text not null,
    at timestamptz not null default now()
);

create table queue_attempts (
    id bigint primary key generated always as identity,
    job bigint not null,
    batch text not null references queue_batches on delete cascade,
    worker text not null,
    started timestamptz not null default now(),
    ended timestamptz,
    counted boolean,
    reason text
);
create index queue_attempts_job on queue_attempts (job);
create index queue_attempts_open on queue_attempts (worker) where ended is null;

create table queue_workers (
    name text primary key,
    version text not null,
    judge text not null,
    slots integer not null,
    offers jsonb not null,
    state text not null,
    since timestamptz not null default now(),
    seen timestamptz not null default now()
);

create table queue_settings (name text primary key, value double precision not null);

create table queue_bucket (
    name text primary key,
    tokens double precision not null,
    at timestamptz not null
);

create index queue_jobs_batch on procrastinate_jobs ((args->>'batch'));
"""


def prepare(engine: Engine) -> None:
    """Makes what is missing. Raises UsageError for tables of a newer grader, InfrastructureError."""
    with reading(engine) as connection:
        known, applied = _version(connection)
    if (known, applied) != (VERSION, _newest()):
        upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Brings the tables to this version, and Procrastinate's to that of the installed package."""
    with writing(engine) as connection:
        connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        known, applied = _version(connection)
        if known > VERSION or applied > _newest():
            raise UsageError("The queue was made by a newer grader, or a newer Procrastinate, than this one.")
        if not applied:
            _run(connection, _first())
        for migration in _migrations() if applied else ():
            if migration.stem > applied:
                _run(connection, migration.read_text(encoding="utf-8"))
        if not known:
            _run(connection, OURS)
        connection.execute(text("delete from queue_version"))
        row = {"number": VERSION, "procrastinate": _newest()}
        connection.execute(text("insert into queue_version values (:number, :procrastinate)"), row)


def _version(connection: Connection) -> tuple[int, str]:
    if not inspect(connection).has_table("queue_version"):
        return 0, ""
    row = connection.execute(text("select number, procrastinate from queue_version")).one()
    return row[0], row[1]


def _run(connection: Connection, script: str) -> None:
    """Several statements at once, without a parameter: only the driver's own connection takes them so."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise UsageError("The connection to the database is closed.")
    driver.execute(script)


def _migrations() -> list[Path]:
    from procrastinate.schema import migrations_path

    return sorted(migrations_path.glob("*.sql"))


def _newest() -> str:
    """Name of the newest change that the installed Procrastinate ships."""
    return _migrations()[-1].stem


def _first() -> str:
    from procrastinate.schema import SchemaManager

    return str(SchemaManager.get_schema())
