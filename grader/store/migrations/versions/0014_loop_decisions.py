"""What is decided on a candidate over a loop's rounds, and the letters after it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def of(name: str, key: str, kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[int]) -> sa.Column[object]:
    return sa.Column(name, kind, sa.ForeignKey(key, ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    number = sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True)
    op.create_table(
        "loop_decisions",
        number,
        of("case", "cases.id", sa.String(32)),
        of("person", "people.id", sa.String(32)),
        text("blind", 40),
        text("loop", 80),
        text("stage", 64),
        text("outcome", 20),
        text("why"),
        text("recommendation", 20),
        sa.Column("against", sa.Boolean(), nullable=False),
        text("at", 20),
    )
    op.create_index("ix_loop_decisions_blind", "loop_decisions", ["blind"])
    op.create_table(
        "loop_letters",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        of("decision", "loop_decisions.id", sa.Integer()),
        of("person", "people.id", sa.String(32)),
        text("body"),
        sa.Column("released", sa.Boolean(), nullable=False),
        text("at", 20),
    )
    op.create_index("ix_loop_letters_decision", "loop_letters", ["decision"])
    for table in ("loop_decisions", "loop_letters"):
        refusal = (
            "for each row execute function grader_append_only()"
            if op.get_bind().dialect.name == "postgresql"
            else f"begin select raise(abort, '{table} is append-only'); end"
        )
        op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
