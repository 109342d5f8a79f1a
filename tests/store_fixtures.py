"""A Postgres of our own for the tests, thrown away afterwards, and results to keep in stores."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

START_SECONDS = 60


def binaries() -> Path:
    """Debian's Postgres, the newest one. Raises FileNotFoundError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    if not found:
        raise FileNotFoundError("The tests need Postgres: apt-get install postgresql")
    return found[-1].parent


@dataclass
class Cluster:
    """A running server that listens on a socket in its own folder only."""

    folder: Path
    command: Sequence[Path | str] = ()
    person: dict[str, Any] = field(default_factory=dict)
    """Whose process it is: Postgres refuses to run as root, so root hands it on."""
    server: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(self.command, stderr=log, cwd=self.folder, **self.person)
        self._wait(self.server)

    def stop(self, number: signal.Signals = signal.SIGQUIT) -> None:
        if self.server is not None:
            self.server.send_signal(number)
            self.server.wait(30)

    def crash(self) -> None:
        """Kills the server and starts it again, once its orphans have let go of its memory."""
        self.stop(signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.start()
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        ready = [binaries() / "pg_isready", "-q", "-h", self.folder, "-U", "postgres"]
        while subprocess.run(ready, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.2)

    def database(self) -> str:
        """The URL of a new, empty schema: as good as a database, and made much faster."""
        name = f"store_{next(self.numbers)}"
        self.sql(f"create schema {name}")
        return f"postgresql://postgres@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def whole_database(self) -> str:
        """The URL of a new database that nothing else is in: for what takes all of one, as `pg_dump` does."""
        name = f"whole_{next(self.numbers)}"
        self.sql(f"create database {name}")
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Makes a cluster in a folder of its own and starts it."""
    tools = binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    person: dict[str, Any] = {}
    if os.geteuid() == 0:
        postgres = pwd.getpwnam("postgres")
        os.chown(folder, postgres.pw_uid, postgres.pw_gid)
        person = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}
    data = folder / "data"
    how = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run([tools / "initdb", "-D", data, *how], check=True, capture_output=True, cwd=folder, **person)
    options = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": 60}
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    made = Cluster(folder, [tools / "postgres", "-D", data, *settings], person)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def result(number: int = 0, **changes: Any) -> dict[str, Any]:
    """The content of a grade.json; `number` makes it another submission's."""
    made: dict[str, Any] = {
        "status": "graded", "reason": "",
        "challenge": {"id": "sums", "version": "1.0.0", "digest": "sha256:" + "c" * 64},
        "submission": {"digest": f"sha256:{number:064x}", "files": 1, "bytes": 10},
        "objective": {"points": 9.0, "max_points": 11.0, "open_points": 0.0, "tests": [], "metrics": []},
        "criteria": [
            {"id": "depth", "source": "judge", "level": 3, "suggestion": None, "max_level": 5, "accepted": True,
             "reason": "the gate is open", "rationale": "says \x00 why \ud800", "evidence": [],
             "details": {"model": "m-1"}},
            {"id": "style", "source": "none", "level": None, "suggestion": None, "max_level": 5, "accepted": False,
             "reason": "no judge", "rationale": "", "evidence": [], "details": {}},
        ],
        "score": {"value": 81.5, "low": 70.0, "high": 90.0, "max": 100.0, "final": False},
        "recommendation": "advance",
        "provenance": {"run": f"run{number}", "seed": 2**62 + number, "grader_version": "1.0.0",
                       "started_at": "2026-03-01T10:00:00+01:00"},
        "timings": {"total": 2.5},
    }  # fmt: skip
    return {**made, **changes}


def again(grade: dict[str, Any], run: str, **provenance: Any) -> dict[str, Any]:
    """The same submission graded once more."""
    return {**grade, "provenance": {**grade["provenance"], "run": run, **provenance}}


def rows_of_0001() -> dict[str, list[dict[str, Any]]]:
    """Rows by table, in the order of their references, as a grader with version 0001 of the store wrote them."""
    trail = {"who": "eva", "why": "hiring round 7", "at": "2026-03-01T09:10:00Z"}

    def key(number: int) -> dict[str, Any]:
        digests = {"submission_digest": f"sha256:{number:064x}", "challenge_digest": "sha256:" + "c" * 64}
        return {**digests, "grader_version": "1.0.0", "seed": 2**62 + number, "challenge_id": "sums"}

    def run(name: str, number: int, **changes: Any) -> dict[str, Any]:
        ours = {"challenge_version": "1.0.0", "blind": f"B{number}", "candidate": "Ann Roe", "batch": "", "source": ""}
        outcome = {"status": "graded", "reason": "", "started_at": f"2026-03-01T09:0{number}:00Z", "seconds": 2.5}
        return {"run": name, **key(number), **ours, **outcome, "folder": "", "evidence": "", **trail, **changes}

    def grade(name: str, number: int, score: float) -> dict[str, Any]:
        numbers = {
            "score": score,
            "low": score - 11.5,
            "high": score + 8.5,
            "max": 100.0,
            "points": 9.0,
            "max_points": 11.0,
        }
        return {"run": name, **key(number), **numbers, "final": True, "recommendation": "hold", **trail}

    def body(score: float) -> str:
        said = {"value": score, "low": score - 11.5, "high": score + 8.5, "final": True}
        return json.dumps({"score": said, "recommendation": "hold"})

    refused = {"status": "refused", "reason": "no archive", "seed": None, "submission_digest": "", "seconds": None}
    return {
        "runs": [run("run1", 1), run("run1b", 1), run("run2", 2, candidate="Bob"),
                 run("run3", 3, candidate="Cat", **refused)],
        "grades": [grade("run1", 1, 81.5), grade("run2", 2, 40.0)],
        "bodies": [{"grade": n, "body": body(score), **trail} for n, score in ((1, 81.5), (2, 40.0))],
    }  # fmt: skip
