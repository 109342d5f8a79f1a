"""Tables of cases that stand apart: nobody's real work is decided by them, and no list or figure of cases has them.

anchor_cases    closed cases that a lead chose as anchors
anchor_seeds    a case made of an anchor for one person's queue, with the levels that were settled when it was made
authored_items  a case made of a text that a challenge's authors wrote, to norm by
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

APART_TABLES = (anchor_cases, anchor_seeds, authored_items)


def apart() -> CompoundSelect[tuple[str]]:
    """The cases that stand apart, by id."""
    return select(anchor_seeds.c.case).union_all(select(authored_items.c.case))
