"""Anchor cases in raters' queues, and authored texts to norm by: cases that stand apart from real ones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def case() -> sa.Column[str]:
    return sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    op.create_table("anchor_cases", case(), text("at", 20))
    anchor = sa.Column("anchor", sa.String(32), sa.ForeignKey("cases.id"), nullable=False)
    op.create_table("anchor_seeds", case(), anchor, text("levels"), text("at", 20))
    op.create_index("ix_anchor_seeds_anchor", "anchor_seeds", ["anchor"])
    op.create_table(
        "authored_items", case(), text("item", 80), text("digest", 80), text("files"),
        sa.UniqueConstraint("digest", name="uq_authored_items_digest"),
    )  # fmt: skip
