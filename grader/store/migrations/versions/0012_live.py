"""Live rounds: cases that are held and not handed in, and the loops that they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table("loops", sa.Column("digest", sa.String(80), primary_key=True), text("body"), text("at", 20))
    case = sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    op.create_table("live_rounds", case, text("loop", 80), text("round", 64))
    for table in ("loops", "live_rounds"):
        refusal = (
            "for each row execute function grader_append_only()"
            if op.get_bind().dialect.name == "postgresql"
            else f"begin select raise(abort, '{table} is append-only'); end"
        )
        op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
