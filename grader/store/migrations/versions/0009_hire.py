"""What happened to candidates outside of grading, as it was imported or written down."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    op.create_table(
        "hire_imports", number(), text("digest", 80), text("source", 20), text("name"), whole("events"),
        whole("added"), whole("changed"), whole("gone"), text("who", 200), text("why"), text("at", 20),
    )  # fmt: skip
    op.create_table(
        "hire_events", number(), sa.Column("import", sa.Integer, sa.ForeignKey("hire_imports.id"), nullable=False),
        text("source", 20), text("key", 64), text("candidate", 500), text("job"), text("kind", 20),
        text("name", 500), text("entered_at", 20), text("left_at", 20), text("exit", 20), text("started_at", 20),
        text("submitted_at", 20), sa.Column("minutes_asked", sa.Float), sa.Column("minutes_used", sa.Float),
        sa.Column("value", sa.Float), text("rater", 200), sa.Column("gone", sa.Boolean, nullable=False),
    )  # fmt: skip
    op.create_index("ix_hire_events_candidate", "hire_events", ["candidate"])
    op.create_index("ix_hire_events_source_hire_events_key", "hire_events", ["source", "key"])
    for table in ("hire_imports", "hire_events"):
        refuse_updates(table)


def refuse_updates(table: str) -> None:
    refusal = (
        "for each row execute function grader_append_only()"
        if op.get_bind().dialect.name == "postgresql"
        else f"begin select raise(abort, '{table} is append-only'); end"
    )
    op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
