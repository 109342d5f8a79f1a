"""Hand-in: invitations, what happened to them, and what came in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def invitation() -> sa.Column[str]:
    key = sa.ForeignKey("invitations.id", ondelete="CASCADE")
    return sa.Column("invitation", sa.String(32), key, nullable=False)


def upgrade() -> None:
    op.create_table(
        "invitations", sa.Column("id", sa.String(32), primary_key=True), text("digest", 64), text("candidate", 500),
        text("blind", 40), text("challenge", 100), text("version", 40), text("about"), whole("working"),
        text("ends_at", 20), text("by", 200), text("at", 20),
        sa.UniqueConstraint("digest", name="uq_invitations_digest"),
    )  # fmt: skip
    op.create_index("ix_invitations_candidate", "invitations", ["candidate"])
    op.create_table(
        "invitation_events", sa.Column("id", sa.Integer, primary_key=True, autoincrement=True), invitation(),
        text("what", 40), text("body"), text("who", 200), text("at", 20),
    )  # fmt: skip
    op.create_index("ix_invitation_events_invitation", "invitation_events", ["invitation"])
    op.create_table(
        "hand_ins", sa.Column("id", sa.String(32), primary_key=True), invitation(), whole("number"),
        text("digest", 80), text("submission", 80), sa.Column("bytes", sa.BigInteger, nullable=False), whole("files"),
        whole("late"), text("at", 20),
        sa.UniqueConstraint("invitation", "number", name="uq_hand_ins_invitation_number"),
    )  # fmt: skip
    for table in ("invitations", "invitation_events", "hand_ins"):
        refuse_updates(table)


def refuse_updates(table: str) -> None:
    refusal = (
        "for each row execute function grader_append_only()"
        if op.get_bind().dialect.name == "postgresql"
        else f"begin select raise(abort, '{table} is append-only'); end"
    )
    op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
