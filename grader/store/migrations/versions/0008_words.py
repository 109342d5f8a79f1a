"""Words of cases, to find one again. `grade db upgrade` fills it in for the cases that there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    plain = sa.String(40).with_variant(postgresql.VARCHAR(40, collation="C"), "postgresql")
    op.create_table(
        "case_words",
        sa.Column("word", plain, primary_key=True),
        sa.Column("case", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
    )
    op.create_index("ix_case_words_case", "case_words", ["case"])
