"""People, and what they say about submissions: cases, assignments, assessments, decisions, and the chain of events.

What people wrote is only added and removed; where a person, a case or an assignment stands changes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "case_sources", "assessments", "adjudications", "responses", "decisions", "letters", "case_events",
    "case_event_bodies",
)  # fmt: skip


def key() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def text(name: str, length: int = 0) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def yes_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def of(name: str, table: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def index(table: str, *columns: str) -> None:
    op.create_index("ix_" + "_".join(f"{table}_{column}" for column in columns), table, list(columns))


def upgrade() -> None:
    make_people()
    make_cases()
    make_assignments()
    make_outcomes()
    make_events()
    refuse_updates()


def make_people() -> None:
    op.create_table(
        "people", key(), text("name", 200), text("team", 200), text("roles"), text("candidates"), yes_no("active"),
        text("at", 20), sa.UniqueConstraint("name", name="uq_people_name"),
    )  # fmt: skip


def make_cases() -> None:
    op.create_table(
        "cases", key(), text("run", 64), text("challenge", 64), text("challenge_version", 40),
        text("challenge_digest", 80), text("submission_digest", 80), text("candidate"), text("blind", 40),
        text("folder"), text("state", 20), whole("round"), whole("minimum"), yes_no("bar_raiser"), text("early_why"),
        text("at", 20), sa.UniqueConstraint("run", name="uq_cases_run"),
    )  # fmt: skip
    index("cases", "submission_digest", "challenge_digest")
    index("cases", "state", "at", "id")
    index("cases", "challenge", "at", "id")
    index("cases", "at", "id")
    its_case = sa.ForeignKey("cases.id", ondelete="CASCADE")
    op.create_table(
        "case_sources", sa.Column("case", sa.String(32), its_case, primary_key=True), text("challenge"),
        text("instruction"), text("machine"),
    )  # fmt: skip


def make_assignments() -> None:
    op.create_table(
        "assignments", key(), of("case", "cases"), of("person", "people"), text("kind", 20), whole("round"),
        text("state", 20), whole("version"), text("why"), text("at", 20),
        sa.UniqueConstraint("case", "person", name="uq_assignments_case_person"),
    )  # fmt: skip
    index("assignments", "person", "state")
    op.create_table(
        "assessments", number(), of("assignment", "assignments"), whole("version"), text("kind", 20), text("body"),
        text("at", 20), sa.UniqueConstraint("assignment", "version", name="uq_assessments_assignment_version"),
    )  # fmt: skip


def make_outcomes() -> None:
    op.create_table(
        "adjudications", number(), of("case", "cases"), of("person", "people"), text("criterion", 200),
        whole("level", nullable=True), text("why"), text("for_candidate"), text("at", 20),
    )  # fmt: skip
    op.create_table(
        "responses", number(), of("case", "cases"), of("person", "people"), yes_no("agrees"), text("words"),
        text("at", 20),
    )  # fmt: skip
    op.create_table(
        "decisions", number(), of("case", "cases"), of("person", "people"), whole("round"), text("outcome", 20),
        text("why"), text("recommendation", 20), yes_no("against"), text("at", 20),
    )  # fmt: skip
    op.create_table(
        "letters", number(), of("case", "cases"), of("person", "people"), text("body"), yes_no("released"),
        text("at", 20),
    )  # fmt: skip
    for table in ("adjudications", "responses", "decisions", "letters"):
        index(table, "case")


def make_events() -> None:
    op.create_table(
        "case_events", number(), text("chain", 32), whole("number"), text("what", 60), text("digest", 64),
        text("previous", 64), text("hash", 64), text("at", 20),
        sa.UniqueConstraint("chain", "number", name="uq_case_events_chain_number"),
    )  # fmt: skip
    its_event = sa.ForeignKey("case_events.id", ondelete="CASCADE")
    op.create_table(
        "case_event_bodies", sa.Column("event", sa.Integer, its_event, primary_key=True, autoincrement=False),
        text("body"),
    )  # fmt: skip


def refuse_updates() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        refusal = (
            "for each row execute function grader_append_only()"
            if postgres
            else f"begin select raise(abort, '{table} is append-only'); end"
        )
        op.execute(f"create trigger {table}_append_only before update on {table} {refusal}")
