"""The first version. A migration states its tables itself: what it makes does not change when the code goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("runs", "grades", "bodies", "judgements", "ratings", "calibrations", "events")


def trail() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
    )


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def text(name: str, length: int = 0, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, primary_key=primary_key)


def upgrade() -> None:
    make_runs()
    make_grades()
    make_judgements()
    make_rest()
    refuse_updates()


def make_runs() -> None:
    op.create_table(
        "runs",
        text("run", 64, primary_key=True),
        text("batch", 200),
        text("challenge_id", 64),
        text("challenge_version", 40),
        text("challenge_digest", 80),
        text("submission_digest", 80),
        text("grader_version", 40),
        sa.Column("seed", sa.BigInteger),
        text("status", 40),
        text("reason"),
        text("candidate"),
        text("blind", 40),
        text("source"),
        text("folder"),
        text("evidence", 80),
        text("started_at", 20),
        sa.Column("seconds", sa.Float),
        *trail(),
    )
    op.create_index("ix_runs_challenge_id_runs_started_at_runs_run", "runs", ["challenge_id", "started_at", "run"])
    op.create_index("ix_runs_candidate", "runs", ["candidate"])
    op.create_index(
        "ix_runs_submission_digest_runs_challenge_digest", "runs", ["submission_digest", "challenge_digest"]
    )
    op.create_index("ix_runs_started_at_runs_run", "runs", ["started_at", "run"])


def make_grades() -> None:
    key = ("submission_digest", "challenge_digest", "grader_version", "seed")
    op.create_table(
        "grades",
        number(),
        text("run", 64),
        text("challenge_id", 64),
        text("submission_digest", 80),
        text("challenge_digest", 80),
        text("grader_version", 40),
        sa.Column("seed", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("score", "low", "high", "max")),
        sa.Column("final", sa.Boolean, nullable=False),
        text("recommendation", 40),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("points", "max_points")),
        *trail(),
        sa.UniqueConstraint(*key, name="uq_grades_key"),
    )
    op.create_index("ix_grades_challenge_id_grades_score", "grades", ["challenge_id", "score"])
    owner = sa.ForeignKey("grades.id", ondelete="CASCADE")
    op.create_table("bodies", sa.Column("grade", sa.Integer, owner, primary_key=True), text("body"), *trail())


def make_judgements() -> None:
    op.create_table(
        "judgements",
        number(),
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.run", ondelete="CASCADE"), nullable=False),
        text("criterion", 200),
        text("source", 20),
        sa.Column("level", sa.Integer),
        sa.Column("suggestion", sa.Integer),
        sa.Column("max_level", sa.Integer, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        *(text(name) for name in ("model", "reason", "rationale", "evidence")),
        *trail(),
        sa.UniqueConstraint("run", "criterion", name="uq_judgements_run_criterion"),
    )


def make_rest() -> None:
    op.create_table(
        "ratings",
        number(),
        text("submission_digest", 80),
        text("challenge_digest", 80),
        text("criterion", 200),
        text("rater", 200),
        sa.Column("level", sa.Integer, nullable=False),
        *trail(),
    )
    columns = ["submission_digest", "challenge_digest"]
    op.create_index("ix_ratings_submission_digest_ratings_challenge_digest", "ratings", columns)
    op.create_table(
        "calibrations",
        number(),
        text("challenge_id", 64),
        text("digest", 80),
        text("judge"),
        text("body"),
        *trail(),
        sa.UniqueConstraint("digest", name="uq_calibrations_digest"),
    )
    op.create_table("events", number(), text("what", 60), text("about"), text("data"), *trail())
    op.create_index("ix_events_about", "events", ["about"])


def refuse_updates() -> None:
    """Rows are added and removed, never changed: the database itself sees to it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function grader_append_only() returns trigger language plpgsql as "
            "$$ begin raise exception '% is append-only', tg_table_name; end $$"
        )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"create trigger {table}_append_only before update on {table} "
                "for each row execute function grader_append_only()"
            )
        else:
            op.execute(
                f"create trigger {table}_append_only before update on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )
