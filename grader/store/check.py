"""Whether a store is sound: its version, what the database says of itself, and that the evidence is what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import RowMapping

from grader.store.engine import reading
from grader.store.folder import evidence_digest, read_result
from grader.store.schema import HEAD, version
from grader.store.store import Store
from grader.store.tables import bodies, grades, runs

_KEPT = (
    "adjudications", "anchor_proposals", "assessments", "bodies", "calibration_items", "calibrations",
    "case_event_bodies", "case_events", "case_sources", "closed_gates", "decisions", "events", "grades", "hand_ins",
    "hire_events", "hire_imports", "invitation_events", "invitations", "judged_levels", "judgements", "letters",
    "live_rounds", "loop_decisions", "loop_letters", "loops", "norming_ratings", "ratings", "responses", "runs",
)  # fmt: skip
GUARDS = frozenset({"runs_have_their_grade", *(f"{table}_append_only" for table in _KEPT)})
"""Triggers that refuse to change what was written; a test holds them to the migrations."""
GUARDS_THERE = {
    "sqlite": "select name from sqlite_master where type = 'trigger'",
    "postgresql": "select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid "
    "where not tgisinternal and relnamespace = current_schema()::regnamespace",
}
"""How a database names the triggers of this store, and of no other in it."""


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
    yield from _guards(store)
    yield from _grades(store)
    if evidence:
        yield from _evidence(store)


def _guards(store: Store) -> Iterator[str]:
    """What keeps rows as they were written is part of the schema; only a person with the database's rights drops it."""
    with reading(store.engine) as connection:
        there = set(connection.execute(text(GUARDS_THERE[store.engine.dialect.name])).scalars())
    gone = sorted(GUARDS - there)
    if gone:
        yield f"What keeps rows as they were written is gone: {', '.join(gone)}. Rows may have been changed since."


def _grades(store: Store) -> Iterator[str]:
    """Whether each grade is what its own body says."""
    columns = [
        grades.c[name] for name in ("id", "submission_digest", "score", "low", "high", "final", "recommendation")
    ]
    joined = grades.join(bodies, bodies.c.grade == grades.c.id)
    with reading(store.engine) as connection:
        for row in connection.execute(select(*columns, bodies.c.body).select_from(joined)).mappings():
            if not _agrees(row):
                yield f"The grade of {row['submission_digest'][:19]}…: its columns are not what its body says."


def _agrees(row: RowMapping) -> bool:
    try:
        body = json.loads(row["body"])
        score = body["score"]
        said = (score["value"], score["low"], score["high"])
        near = all(
            abs(float(row[name]) - float(one)) < 1e-6 for name, one in zip(("score", "low", "high"), said, strict=True)
        )
        return near and (bool(row["final"]), row["recommendation"]) == (score["final"], body["recommendation"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def _evidence(store: Store) -> Iterator[str]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(runs.c.run, runs.c.folder, runs.c.evidence).where(runs.c.evidence != "")).all()
    for run, folder, digest in rows:
        path = Path(folder)
        if not (path / "grade.json").is_file():
            yield f"Run {run}: its result is no longer at {folder}."
        elif read_result(path)["provenance"]["run"] == run and evidence_digest(path) != digest:
            yield f"Run {run}: the evidence in {folder} is not what it was."
