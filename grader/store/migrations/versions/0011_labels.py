"""Labels: the judge's levels beside people's, what calibrations rest on, gates that closed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def of(name: str, column: str, length: int, *, key: bool = False) -> sa.Column[str]:
    reference = sa.ForeignKey(column, ondelete="CASCADE")
    return sa.Column(name, sa.String(length), reference, primary_key=key, nullable=False)


def upgrade() -> None:
    op.create_table(
        "judged_levels", number(), of("run", "runs.run", 64), text("criterion", 200),
        sa.Column("level", sa.Integer, nullable=False), text("model"), text("judge", 80),
        sa.Column("counted", sa.Boolean, nullable=False), text("at", 20),
        sa.UniqueConstraint("run", "criterion", name="uq_judged_levels_run_criterion"),
    )  # fmt: skip
    op.create_table(
        "calibration_items", sa.Column("calibration", sa.String(80), primary_key=True),
        of("case", "cases.id", 32, key=True), sa.Column("criterion", sa.String(200), primary_key=True),
    )  # fmt: skip
    op.create_index("ix_calibration_items_case", "calibration_items", ["case"])
    op.create_table(
        "closed_gates", number(), text("calibration", 80), text("criterion", 200), text("reason"), text("at", 20),
        sa.UniqueConstraint("calibration", "criterion", name="uq_closed_gates_calibration_criterion"),
    )  # fmt: skip
    for table in ("judged_levels", "calibration_items", "closed_gates"):
        refuse_updates(table)


def refuse_updates(table: str) -> None:
    refusal = (
        "for each row execute function grader_append_only()"
        if op.get_bind().dialect.name == "postgresql"
        else f"begin select raise(abort, '{table} is append-only'); end"
    )
    op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
