"""Tables of what people say about submissions, and what is decided from it.

people         who may rate, lead and look after it; the only table whose rows change with the person
cases          a submission of one version of a challenge, as it stands: `state` moves with it
case_sources   what a case is about: challenge and rubric as they were, the instruction, the machine's own grade
assignments    a person asked to look at a case; `state` and `version` move with the work
assessments    what the person wrote, every version of it
adjudications  a level that settles a criterion, with its reason
responses      whether a person agrees with the outcome, in their words
decisions      advance, decline or more, by whom and why
letters        the text for the candidate; the released one has gone out
case_events    what happened, chained by hash; the words are in
case_heads     where each chain ends: with it, that its last events are gone is noticed
case_words     by what a case is found again
case_event_bodies  so that they can be erased and the chain still holds
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import VARCHAR

from grader.store.metadata import metadata


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


def _of(table: str) -> Column[str]:
    """Belongs to a row of `table`, and goes with it."""
    name = {"cases": "case", "people": "person", "assignments": "assignment"}[table]
    return Column(name, String(32), ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


people = Table(
    "people",
    metadata,
    _id(),
    _text("name", 200),
    _text("team", 200),
    _text("roles"),
    _text("candidates"),
    Column("active", Boolean, nullable=False),
    _text("at", 20),
    UniqueConstraint("name"),
)

cases = Table(
    "cases",
    metadata,
    _id(),
    _text("run", 64),
    _text("challenge", 64),
    _text("challenge_version", 40),
    _text("challenge_digest", 80),
    _text("submission_digest", 80),
    _text("candidate"),
    _text("blind", 40),
    _text("folder"),
    _text("state", 20),
    Column("round", Integer, nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("bar_raiser", Boolean, nullable=False),
    _text("early_why"),
    _text("at", 20),
    UniqueConstraint("run"),
    Index(None, "submission_digest", "challenge_digest"),
    Index(None, "state", "at", "id"),
    Index(None, "challenge", "at", "id"),
    Index(None, "at", "id"),
)

case_sources = Table(
    "case_sources",
    metadata,
    Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    _text("challenge"),
    _text("instruction"),
    _text("machine"),
)

assignments = Table(
    "assignments",
    metadata,
    _id(),
    _of("cases"),
    _of("people"),
    _text("kind", 20),
    Column("round", Integer, nullable=False),
    _text("state", 20),
    Column("version", Integer, nullable=False),
    _text("why"),
    _text("at", 20),
    UniqueConstraint("case", "person"),
    Index(None, "person", "state"),
)

assessments = Table(
    "assessments",
    metadata,
    _number(),
    _of("assignments"),
    Column("version", Integer, nullable=False),
    _text("kind", 20),
    _text("body"),
    _text("at", 20),
    UniqueConstraint("assignment", "version"),
)

adjudications = Table(
    "adjudications",
    metadata,
    _number(),
    _of("cases"),
    _of("people"),
    _text("criterion", 200),
    Column("level", Integer),
    _text("why"),
    _text("for_candidate"),
    _text("at", 20),
    Index(None, "case"),
)

responses = Table(
    "responses",
    metadata,
    _number(),
    _of("cases"),
    _of("people"),
    Column("agrees", Boolean, nullable=False),
    _text("words"),
    _text("at", 20),
    Index(None, "case"),
)

decisions = Table(
    "decisions",
    metadata,
    _number(),
    _of("cases"),
    _of("people"),
    Column("round", Integer, nullable=False),
    _text("outcome", 20),
    _text("why"),
    _text("recommendation", 20),
    Column("against", Boolean, nullable=False),
    _text("at", 20),
    Index(None, "case"),
)

letters = Table(
    "letters",
    metadata,
    _number(),
    _of("cases"),
    _of("people"),
    _text("body"),
    Column("released", Boolean, nullable=False),
    _text("at", 20),
    Index(None, "case"),
)

case_events = Table(
    "case_events",
    metadata,
    _number(),
    _text("chain", 32),
    Column("number", Integer, nullable=False),
    _text("what", 60),
    _text("digest", 64),
    _text("previous", 64),
    _text("hash", 64),
    _text("at", 20),
    UniqueConstraint("chain", "number"),
)

case_event_bodies = Table(
    "case_event_bodies",
    metadata,
    Column("event", Integer, ForeignKey("case_events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _text("body"),
)

case_heads = Table(
    "case_heads",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("number", Integer, nullable=False),
    _text("hash", 64),
)

case_words = Table(
    "case_words",
    metadata,
    # By its bytes, in every database: words that begin alike stand beside each other.
    Column("word", String(40).with_variant(VARCHAR(40, collation="C"), "postgresql"), primary_key=True),
    Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("kind", String(8), primary_key=True),
)

CASE_TABLES = (
    people, cases, case_sources, assignments, assessments, adjudications, responses, decisions, letters, case_events,
    case_event_bodies, case_heads, case_words,
)  # fmt: skip
APPEND_ONLY = (
    case_sources, assessments, adjudications, responses, decisions, letters, case_events, case_event_bodies,
)  # fmt: skip
"""What people wrote, and what happened: added and removed, never changed."""
