"""Tables of cases that stand apart: nobody's real work is decided by them, and no list or figure of cases has them.

anchor_cases    closed cases that a lead chose as anchors
anchor_seeds    a case made of an anchor for one person's queue, with the levels that were settled when it was made
authored_items  a case made of a text that a challenge's authors wrote, to norm by
live_rounds     a case that is a live round of a loop: it counts in the candidate's loop, in no figure of submissions
loops           loops as they were agreed when a round of theirs was opened
"""

from __future__ import annotations

from sqlalchemy import Column, CompoundSelect, ForeignKey, Index, String, Table, Text, UniqueConstraint, select

from grader.store.metadata import metadata


def _case() -> Column[str]:
    return Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


anchor_cases = Table("anchor_cases", metadata, _case(), _text("at", 20))

anchor_seeds = Table(
    "anchor_seeds",
    metadata,
    _case(),
    # No cascade: were the anchor removed alone, what was made of it would become a real case.
    Column("anchor", String(32), ForeignKey("cases.id"), nullable=False),
    _text("levels"),
    _text("at", 20),
    Index(None, "anchor"),
)

authored_items = Table(
    "authored_items",
    metadata,
    _case(),
    _text("item", 80),
    _text("digest", 80),
    _text("files"),
    UniqueConstraint("digest"),
)

loops = Table("loops", metadata, Column("digest", String(80), primary_key=True), _text("body"), _text("at", 20))

live_rounds = Table("live_rounds", metadata, _case(), _text("loop", 80), _text("round", 64))

APART_TABLES = (anchor_cases, anchor_seeds, authored_items, loops, live_rounds)


def apart() -> CompoundSelect[tuple[str]]:
    """The cases that stand apart, by id."""
    return select(anchor_seeds.c.case).union_all(select(authored_items.c.case), select(live_rounds.c.case))
