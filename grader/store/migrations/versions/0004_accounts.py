"""How people sign in: what they prove it with, links that invite them, sessions, failed attempts. These rows change."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text(name: str, length: int = 0, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, primary_key=primary_key)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def upgrade() -> None:
    once = sa.UniqueConstraint("kind", "name", name="uq_credentials_kind_name")
    op.create_table(
        "credentials", number(), text("person", 64), text("kind", 20), text("name", 300), text("secret"),
        text("at", 20), once,
    )  # fmt: skip
    op.create_table(
        "invites", text("digest", 64, primary_key=True), text("person", 64), text("made_by", 200), text("at", 20),
        text("ends_at", 20), text("used_at", 20),
    )  # fmt: skip
    op.create_table(
        "sessions", text("digest", 64, primary_key=True), text("person", 64), text("via", 20), text("at", 20),
        text("seen_at", 20), text("ended_at", 20),
    )  # fmt: skip
    op.create_table("attempts", number(), text("digest", 64), text("at", 20))
    op.create_table("secrets", text("name", 40, primary_key=True), text("value"))
    for table in ("credentials", "invites", "sessions"):
        op.create_index(f"ix_{table}_person", table, ["person"])
    op.create_index("ix_attempts_digest_attempts_at", "attempts", ["digest", "at"])
