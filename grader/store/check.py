"""Whether a store is sound: its version, what the database says of itself, and that the evidence is what it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select, text

from grader.store.engine import reading
from grader.store.folder import evidence_digest, read_result
from grader.store.schema import HEAD, version
from grader.store.store import Store
from grader.store.tables import runs


def problems(store: Store, *, evidence: bool = True) -> Iterator[str]:
    """What is wrong, one sentence each. Results on other machines' disks are not looked for."""
    found = version(store.engine)
    if found != HEAD:
        yield f"The schema has version {found or 'none'}, not {HEAD}: grade db upgrade."
    if store.engine.dialect.name == "sqlite":
        with reading(store.engine) as connection:
            said = [str(row[0]) for row in connection.execute(text("pragma integrity_check"))]
            loose = connection.execute(text("pragma foreign_key_check")).all()
        yield from (f"SQLite: {line}." for line in said if line != "ok")
        yield from (f"SQLite: a row of {row[0]} belongs to nothing." for row in loose)
    if evidence:
        yield from _evidence(store)


def _evidence(store: Store) -> Iterator[str]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(runs.c.run, runs.c.folder, runs.c.evidence).where(runs.c.evidence != "")).all()
    for run, folder, digest in rows:
        path = Path(folder)
        if not (path / "grade.json").is_file():
            yield f"Run {run}: its result is no longer at {folder}."
        elif read_result(path)["provenance"]["run"] == run and evidence_digest(path) != digest:
            yield f"Run {run}: the evidence in {folder} is not what it was."
