"""A new store as a copy of one that was made once: Alembic takes a tenth of a second of the processor to make its
tables, Postgres as long again, and tests make some hundred stores. What makes them, one version after the other, is
tested in test_store."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from grader.store import schema
from grader.store.engine import outside_transaction, reading
from tests.store_fixtures import binaries

MAKE = schema.upgrade
"""The product's."""


class Template:
    """Empty stores, made when they are first asked for: a SQLite in memory, and the statements that make one in
    Postgres."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: sqlite3.Connection | None = None
        self._statements = ""

    def upgrade(self, engine: Engine) -> tuple[str, str]:
        """As `schema.upgrade`. What holds anything is made by it."""
        with self._lock:
            before = schema.version(engine)
            if before:
                return MAKE(engine)
            if engine.dialect.name == "sqlite":
                with outside_transaction(engine) as store:
                    self._copy(store, engine)
            else:
                self._write(engine)
        return before, schema.version(engine)

    def _write(self, engine: Engine) -> None:
        if not self._statements:
            MAKE(engine)
            self._statements = statements(engine)
            return
        with outside_transaction(engine) as connection:
            connection.execute(self._statements.format(schema=_schema(engine)))
            connection.commit()

    def _copy(self, store: sqlite3.Connection, engine: Engine) -> None:
        marks = {name: store.execute(f"pragma {name}").fetchone()[0] for name in ("user_version", "application_id")}
        if self._made is None:
            MAKE(engine)
            self._made = sqlite3.connect(":memory:", check_same_thread=False)
            store.backup(self._made)
            return
        self._made.backup(store)
        for name, mark in marks.items():  # whose store it is: grader/store/vouched.py
            store.execute(f"pragma {name} = {mark}")


def statements(engine: Engine) -> str:
    """What Postgres says makes the schema that `engine` is in, with `{schema}` for its name."""
    name = _schema(engine)
    command = [binaries() / "pg_dump", "--host", engine.url.query["host"], "--username", "postgres", "--inserts"]
    done = subprocess.run([*command, f"--schema={name}", "postgres"], capture_output=True, text=True, check=True)
    session = ("\\", "--", "CREATE SCHEMA", "SET ", "SELECT pg_catalog.set_config")  # of psql, and of its connection
    kept = [line for line in done.stdout.splitlines() if not line.startswith(session)]
    return re.sub(rf"\b{name}\b", "{schema}", "\n".join(kept).replace("{", "{{").replace("}", "}}"))


def _schema(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.execute(text("select current_schema()")).scalar())


@contextlib.contextmanager
def copied() -> Iterator[None]:
    """Within it, `open_store` makes new stores in this process as copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", Template().upgrade)
        yield
