"""The tables. Times are text, ISO 8601 in UTC to the second, so that they sort and read the same in each database.

runs          each grading that ended, with or without a grade
grades        the grade of a submission by a challenge, a version of the grader and a seed: one, however often it is run
bodies        the grade.json of a grade; apart, so that going through many grades does not read it
judgements    a level that a run's criterion got, from a judge or a person
ratings       a level that a person gave
calibrations  what a judge's gate rests on
events        all else that happened: upgrades, backups, removals, grades that came out differently

What people say about submissions is in grader/store/case_tables.py, how they sign in in account_tables.py, what
happened to candidates outside of grading in hire_tables.py, what they were invited to in portal_tables.py, what a
judge learns by in label_tables.py, what is decided over a loop's rounds in loop_tables.py.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from grader.store.account_tables import ACCOUNTS
from grader.store.apart_tables import APART_TABLES
from grader.store.case_tables import CASE_TABLES
from grader.store.hire_tables import HIRE_TABLES
from grader.store.label_tables import LABEL_TABLES
from grader.store.loop_tables import LOOP_TABLES
from grader.store.metadata import metadata
from grader.store.norming_tables import NORMING_TABLES
from grader.store.portal_tables import PORTAL_TABLES

KEY = ("submission_digest", "challenge_digest", "grader_version", "seed")
"""What makes a grade one and the same."""


def _trail() -> tuple[Column[str], Column[str], Column[str]]:
    """Who added the row, why, and when."""
    return (
        Column("who", String(200), nullable=False),
        Column("why", Text, nullable=False),
        Column("at", String(20), nullable=False),
    )


runs = Table(
    "runs",
    metadata,
    Column("run", String(64), primary_key=True),
    Column("batch", String(200), nullable=False),
    Column("challenge_id", String(64), nullable=False),
    Column("challenge_version", String(40), nullable=False),
    Column("challenge_digest", String(80), nullable=False),
    Column("submission_digest", String(80), nullable=False),
    Column("grader_version", String(40), nullable=False),
    Column("seed", BigInteger),
    Column("status", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("candidate", Text, nullable=False),
    Column("blind", String(40), nullable=False),
    Column("source", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("evidence", String(80), nullable=False),
    Column("started_at", String(20), nullable=False),
    Column("seconds", Float),
    *_trail(),
    # By its short id: finding it by its key takes a page at random from an index that outgrows SQLite's cache.
    Column("grade", Integer, ForeignKey("grades.id")),
    Index(None, "grade"),  # else removing a grade goes through all runs
    Index(None, "challenge_id", "started_at", "run"),
    Index(None, "candidate"),
    Index(None, "submission_digest", "challenge_digest"),
    Index(None, "started_at", "run"),
)

grades = Table(
    "grades",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False),
    Column("challenge_id", String(64), nullable=False),
    Column("submission_digest", String(80), nullable=False),
    Column("challenge_digest", String(80), nullable=False),
    Column("grader_version", String(40), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("score", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("max", Float, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("recommendation", String(40), nullable=False),
    Column("points", Float, nullable=False),
    Column("max_points", Float, nullable=False),
    *_trail(),
    UniqueConstraint(*KEY, name="uq_grades_key"),
    Index(None, "challenge_id", "score"),
)

bodies = Table(
    "bodies",
    metadata,
    Column("grade", ForeignKey("grades.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    *_trail(),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), ForeignKey("runs.run", ondelete="CASCADE"), nullable=False),
    Column("criterion", String(200), nullable=False),
    Column("source", String(20), nullable=False),
    Column("level", Integer),
    Column("suggestion", Integer),
    Column("max_level", Integer, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("model", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rationale", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    *_trail(),
    UniqueConstraint("run", "criterion"),
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("submission_digest", String(80), nullable=False),
    Column("challenge_digest", String(80), nullable=False),
    Column("criterion", String(200), nullable=False),
    Column("rater", String(200), nullable=False),
    Column("level", Integer, nullable=False),
    *_trail(),
    Index(None, "submission_digest", "challenge_digest"),
)

calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("challenge_id", String(64), nullable=False),
    Column("digest", String(80), nullable=False, unique=True),
    Column("judge", Text, nullable=False),
    Column("body", Text, nullable=False),
    *_trail(),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("what", String(60), nullable=False),
    Column("about", Text, nullable=False),
    Column("data", Text, nullable=False),
    *_trail(),
    Index(None, "about"),
)

APPEND_ONLY = (runs, grades, bodies, judgements, ratings, calibrations, events)
"""Rows are added and removed, never changed; so are those that case_tables names."""
ALL = (
    *APPEND_ONLY,
    *CASE_TABLES,
    *ACCOUNTS,
    *NORMING_TABLES,
    *APART_TABLES,
    *HIRE_TABLES,
    *PORTAL_TABLES,
    *LABEL_TABLES,
    *LOOP_TABLES,
)
