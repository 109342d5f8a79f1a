"""Replies that were paid for are kept: a grade made again makes no call and gives the same bytes."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import InfrastructureError
from grader.records import Closed

_SCHEMA = """
create table if not exists replies (
    key text primary key, reply text not null, made_at text not null default current_timestamp);
create table if not exists endpoints (
    endpoint text, model text, can text not null, primary key (endpoint, model));
create table if not exists drift (
    calibration text, criterion text, reason text not null, since text not null default current_timestamp,
    primary key (calibration, criterion));
"""


class Cache:
    """Replies, what endpoints can do, and closed gates of packs that cannot be written, in `DIR/judge.sqlite3`. Safe
    for threads and for several processes at once. Raises InfrastructureError where the file cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "judge.sqlite3"
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files.make_private(self._path)  # replies quote what candidates wrote
            self._store = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            weakref.finalize(self, self._store.close)
            self._store.execute("pragma journal_mode = wal")
            self._store.execute("pragma synchronous = normal")
            self._store.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as problem:
            raise self._unusable(problem) from problem

    def _unusable(self, problem: Exception) -> InfrastructureError:
        return InfrastructureError(f"The judge's cache {self._path} cannot be used: {problem}.")

    def reply(self, key: str) -> dict[str, Any] | None:
        """The reply kept under `key`."""
        found = self._one("select reply from replies where key = ?", key)
        return dict(json.loads(found)) if found is not None else None

    def keep_reply(self, key: str, reply: Mapping[str, Any]) -> None:
        body = json.dumps(reply, ensure_ascii=False, sort_keys=True)
        self._run("insert or ignore into replies (key, reply) values (?, ?)", key, body)

    def can(self, endpoint: str, model: str) -> dict[str, Any]:
        """What is known about what an endpoint can do with a model; empty where nothing is."""
        found = self._one("select can from endpoints where endpoint = ? and model = ?", endpoint, model)
        return dict(json.loads(found)) if found is not None else {}

    def keep_can(self, endpoint: str, model: str, can: Mapping[str, Any]) -> None:
        self._run("insert or replace into endpoints values (?, ?, ?)", endpoint, model, json.dumps(can, sort_keys=True))

    def closed(self, calibration: str, criterion: str) -> Closed | None:
        """Why drift has closed the gate of `criterion` under a calibration; None while it is open."""
        wanted = "select reason, since from drift where calibration = ? and criterion = ?"
        rows = self._run(wanted, calibration, criterion)
        return Closed(reason=str(rows[0][0]), since=str(rows[0][1])) if rows else None

    def close(self, calibration: str, criterion: str, reason: str) -> None:
        self._run(
            "insert or ignore into drift (calibration, criterion, reason) values (?, ?, ?)",
            calibration,
            criterion,
            reason,
        )

    def _one(self, statement: str, *values: str) -> str | None:
        rows = self._run(statement, *values)
        return str(rows[0][0]) if rows else None

    def _run(self, statement: str, *values: str) -> list[Any]:
        try:
            with self._lock:
                return self._store.execute(statement, values).fetchall()
        except sqlite3.Error as problem:
            raise self._unusable(problem) from problem
