"""Tables of hand-in: who was invited to what, what happened, and what came in. Rows are added and never changed.

invitations        one candidate and one challenge, with the digest of the link's token
invitation_events  started, extended, finished, withdrawn, appealed, what public tests came to: how it stands follows
hand_ins           what was handed in, by its digest; the bytes lie in a folder beside the store
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from grader.store.metadata import metadata


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


def _invitation() -> Column[str]:
    return Column("invitation", String(32), ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False)


invitations = Table(
    "invitations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    _text("candidate", 500),
    _text("blind", 40),
    _text("challenge", 100),
    _text("version", 40),
    _text("about"),
    Column("working", Integer, nullable=False),
    _text("ends_at", 20),
    _text("by", 200),
    _text("at", 20),
    Index(None, "candidate"),
)

invitation_events = Table(
    "invitation_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _invitation(),
    _text("what", 40),
    _text("body"),
    _text("who", 200),
    _text("at", 20),
    Index(None, "invitation"),
)

hand_ins = Table(
    "hand_ins",
    metadata,
    Column("id", String(32), primary_key=True),
    _invitation(),
    Column("number", Integer, nullable=False),
    _text("digest", 80),
    _text("submission", 80),
    Column("bytes", BigInteger, nullable=False),
    Column("files", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    _text("at", 20),
    UniqueConstraint("invitation", "number"),
)

PORTAL_TABLES = (invitations, invitation_events, hand_ins)
APPEND_ONLY = PORTAL_TABLES
