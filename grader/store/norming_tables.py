"""Tables of norming sessions: people rate the same cases on one criterion, compare, and mend its anchors.

norming_sessions   what is rated by whom; `state` and `phase` move with it
norming_items      the cases of a session
norming_ratings    a level that somebody gave in a phase, before or after the anchors were mended; the latest stands
anchor_proposals   another text for an anchor, with its reason
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from grader.store.metadata import metadata


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


def _of(name: str, table: str) -> Column[str]:
    return Column(name, String(32), ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


norming_sessions = Table(
    "norming_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    _text("criterion", 200),
    _text("anchors"),
    _text("raters"),
    _text("state", 20),
    Column("phase", Integer, nullable=False),
    _text("at", 20),
)

norming_items = Table(
    "norming_items",
    metadata,
    _number(),
    _of("session", "norming_sessions"),
    _of("case", "cases"),
    UniqueConstraint("session", "case"),
)

norming_ratings = Table(
    "norming_ratings",
    metadata,
    _number(),
    _of("session", "norming_sessions"),
    _of("case", "cases"),
    _of("person", "people"),
    Column("phase", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    _text("note"),
    _text("at", 20),
    Index(None, "session"),
)

anchor_proposals = Table(
    "anchor_proposals",
    metadata,
    _number(),
    _of("session", "norming_sessions"),
    _of("person", "people"),
    Column("level", Integer, nullable=False),
    _text("body"),
    _text("why"),
    _text("at", 20),
    Index(None, "session"),
)

NORMING_TABLES = (norming_sessions, norming_items, norming_ratings, anchor_proposals)
APPEND_ONLY = (norming_ratings, anchor_proposals)
