"""Tables of what happened to candidates outside of grading: the stages they went through, and what came of them.

hire_imports  each import of a file, with its digest: histories elsewhere can be edited, so it is kept what was seen
hire_events   a stage, an offer, a start, a rating on the job, a leaving. Rows are added: of one event of one source the
              newest row holds, and `gone` says that its source no longer has it
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from grader.store.metadata import metadata


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


hire_imports = Table(
    "hire_imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("digest", 80),
    _text("source", 20),
    _text("name"),
    Column("events", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    _text("who", 200),
    _text("why"),
    _text("at", 20),
)

hire_events = Table(
    "hire_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import", Integer, ForeignKey("hire_imports.id"), nullable=False),
    _text("source", 20),
    _text("key", 64),
    _text("candidate", 500),
    _text("job"),
    _text("kind", 20),
    _text("name", 500),
    _text("entered_at", 20),
    _text("left_at", 20),
    _text("exit", 20),
    _text("started_at", 20),
    _text("submitted_at", 20),
    Column("minutes_asked", Float),
    Column("minutes_used", Float),
    Column("value", Float),
    _text("rater", 200),
    Column("gone", Boolean, nullable=False),
    Index(None, "candidate"),
    Index(None, "source", "key"),
)

HIRE_TABLES = (hire_imports, hire_events)
APPEND_ONLY = HIRE_TABLES
