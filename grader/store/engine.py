"""Reaching the database, and turning what goes wrong with it into words."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from grader import files
from grader.errors import InfrastructureError, UsageError
from grader.store.vouched import put_mark

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

BUSY_SECONDS = 30
KNOWN = "sqlite:///grader.db or postgresql://user@host/name"


def connect(url: str) -> Engine:
    """An engine for `url`. Nothing is asked of the database yet. Raises UsageError."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # As many connections as there are threads that write at once; they bound themselves.
    return create_engine(parsed, pool_pre_ping=True, max_overflow=-1, connect_args={"connect_timeout": 10})


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise UsageError(f"The store's address is not a URL; write it like {KNOWN}.") from problem
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise UsageError(f"A store cannot be in {parsed.drivername!r}; write it like {KNOWN}.")
    if parsed.drivername != "sqlite" and importlib.util.find_spec("psycopg") is None:
        raise UsageError("Postgres needs a package that is not installed.", fix="pip install 'grader[scale]'")
    return parsed


def _make_private(_dialect: object, _record: object, arguments: Sequence[Any], _named: object) -> None:
    """A new store is its owner's alone: it says who is who, and what people wrote of them."""
    place = str(arguments[0])
    if place not in {"", ":memory:"} and not place.startswith("file:"):
        files.make_private(Path(place))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver when it thinks fit
    put_mark(connection)
    for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on", "secure_delete = on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that begins as a reader may find the database changed under it."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("begin" if reading else "begin immediate")


_JOINED: ContextVar[Connection | None] = ContextVar("_JOINED", default=None)
"""The transaction that all operations of this thread are part of, if there is one."""


@contextlib.contextmanager
def joined(engine: Engine) -> Iterator[Connection]:
    """All that this thread reads and writes on `engine` is one transaction, kept whole or not at all. It holds locks:
    nobody is asked anything inside. Raises InfrastructureError."""
    with writing(engine) as connection:
        before = _JOINED.set(connection)
        try:
            yield connection
        finally:
            _JOINED.reset(before)


def _joined(engine: Engine) -> Connection | None:
    found = _JOINED.get()
    return found if found is not None and found.engine is engine else None


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that is kept whole or not at all, or the one that is joined. Raises InfrastructureError."""
    if (within := _joined(engine)) is not None:
        yield within
        return
    with explained(engine), engine.begin() as connection:
        yield connection


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, or the one that is joined. Raises InfrastructureError."""
    if (within := _joined(engine)) is not None:
        yield within
        return
    with explained(engine), engine.connect().execution_options(reading=True) as connection:
        yield connection


@contextlib.contextmanager
def outside_transaction(engine: Engine) -> Iterator[Any]:
    """SQLite's own connection, for what cannot be done in a transaction. Raises InfrastructureError."""
    import sqlite3

    with explained(engine):
        pooled = engine.raw_connection()
        try:
            yield pooled.dbapi_connection
        except sqlite3.Error as problem:
            raise InfrastructureError(f"SQLite: {problem}.", fix="grade db check") from problem
        finally:
            pooled.close()


@contextlib.contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """What the database says, as an InfrastructureError. No password is in it."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as problem:
        said = str(getattr(problem, "orig", None) or problem).strip().splitlines()
        where = engine.url.set(query={}).render_as_string(hide_password=True)  # a password may stand there too
        what = f"The store {where} cannot be used: {said[0] if said else type(problem).__name__}."
        raise InfrastructureError(what, fix="grade db check") from problem
    except SQLAlchemyError as problem:
        raise InfrastructureError(f"The store cannot be used: {type(problem).__name__}: {problem}.") from problem
