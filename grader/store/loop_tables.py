"""Tables of what is decided on a candidate over a loop's rounds. Rows are added and never changed.

loop_decisions  on one stage: advance, decline or more, by whom and why, and what the stage's rule said then
loop_letters    the text for the candidate after a decision; the released one has gone out
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from grader.store.metadata import metadata


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


def _person() -> Column[str]:
    return Column("person", String(32), ForeignKey("people.id", ondelete="CASCADE"), nullable=False)


loop_decisions = Table(
    "loop_decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The newest live round of the candidate's at that time: with the last of the rounds, what was decided on them goes.
    Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    _person(),
    _text("blind", 40),
    _text("loop", 80),
    _text("stage", 64),
    _text("outcome", 20),
    _text("why"),
    _text("recommendation", 20),
    Column("against", Boolean, nullable=False),
    _text("at", 20),
    Index(None, "blind"),
)

loop_letters = Table(
    "loop_letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("decision", Integer, ForeignKey("loop_decisions.id", ondelete="CASCADE"), nullable=False),
    _person(),
    _text("body"),
    Column("released", Boolean, nullable=False),
    _text("at", 20),
    Index(None, "decision"),
)

LOOP_TABLES = (loop_decisions, loop_letters)
APPEND_ONLY = LOOP_TABLES
