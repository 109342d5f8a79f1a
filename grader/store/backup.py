"""A copy of the whole store in one file, taken while it is in use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from grader.errors import InfrastructureError, UsageError
from grader.store.engine import outside_transaction
from grader.store.store import Store

DUMP_SECONDS = 3600


def backup(store: Store, target: Path) -> None:
    """Writes the copy to `target`, readable by its owner only: a SQLite file, or for Postgres what `pg_dump -Fc` makes.
    Raises UsageError where something is there already, InfrastructureError where it cannot be made."""
    if target.exists():
        raise UsageError(f"{target} is there already; name another file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if store.engine.dialect.name == "sqlite":
        with outside_transaction(store.engine) as connection:
            connection.execute("vacuum into ?", (str(target),))
    else:
        _dump(store, target)


def _dump(store: Store, target: Path) -> None:
    url = store.engine.url
    tool = shutil.which("pg_dump")
    if tool is None:
        raise UsageError("pg_dump is not on this machine.", fix="apt-get install postgresql-client")
    parts = {"PGHOST": url.host or url.query.get("host"), "PGPORT": url.port, "PGUSER": url.username}
    parts |= {"PGPASSWORD": url.password, "PGDATABASE": url.database}
    known = {name: str(value) for name, value in parts.items() if value}
    done = subprocess.run(
        [tool, "--format=custom", "--file", str(target)],
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        timeout=DUMP_SECONDS,
        check=False,
    )
    if done.returncode:
        raise InfrastructureError(f"pg_dump failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
