"""A new store as a copy of one that was made once: Alembic takes a tenth of a second of the processor to make its
tables, and tests make some hundred stores. What makes them, one version after the other, is tested in test_store."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from grader.store import schema
from grader.store.engine import outside_transaction

MAKE = schema.upgrade
"""The product's."""


class Template:
    """An empty store in memory, made when it is first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: sqlite3.Connection | None = None

    def upgrade(self, engine: Engine) -> tuple[str, str]:
        """As `schema.upgrade`. What is not an empty SQLite store is made by it."""
        if engine.dialect.name != "sqlite":
            return MAKE(engine)
        with self._lock:
            before = schema.version(engine)
            if before:
                return MAKE(engine)
            with outside_transaction(engine) as store:
                self._copy(store, engine)
        return before, schema.version(engine)

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


@contextlib.contextmanager
def copied() -> Iterator[None]:
    """Within it, `open_store` makes new SQLite stores in this process as copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", Template().upgrade)
        yield
