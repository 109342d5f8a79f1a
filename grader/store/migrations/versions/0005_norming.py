"""Norming sessions: the same cases rated by several, before and after an anchor is mended."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def of(name: str, table: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    key = sa.Column("id", sa.String(32), primary_key=True)
    op.create_table(
        "norming_sessions", key, text("criterion", 200), text("anchors"), text("raters"), text("state", 20),
        whole("phase"), text("at", 20),
    )  # fmt: skip
    op.create_table(
        "norming_items", number(), of("session", "norming_sessions"), of("case", "cases"),
        sa.UniqueConstraint("session", "case", name="uq_norming_items_session_case"),
    )  # fmt: skip
    op.create_table(
        "norming_ratings", number(), of("session", "norming_sessions"), of("case", "cases"), of("person", "people"),
        whole("phase"), whole("level"), text("note"), text("at", 20),
    )  # fmt: skip
    op.create_table(
        "anchor_proposals", number(), of("session", "norming_sessions"), of("person", "people"), whole("level"),
        text("body"), text("why"), text("at", 20),
    )  # fmt: skip
    for table in ("norming_ratings", "anchor_proposals"):
        op.create_index(f"ix_{table}_session", table, ["session"])
        refuse_updates(table)


def refuse_updates(table: str) -> None:
    refusal = (
        "for each row execute function grader_append_only()"
        if op.get_bind().dialect.name == "postgresql"
        else f"begin select raise(abort, '{table} is append-only'); end"
    )
    op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
