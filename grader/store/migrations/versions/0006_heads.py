"""Where each chain of events ends, so that a chain whose last events are taken out is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_heads",
        sa.Column("chain", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.execute(
        "insert into case_heads (chain, number, hash) select chain, number, hash from case_events as one "
        "where number = (select max(number) from case_events as other where other.chain = one.chain)"
    )
