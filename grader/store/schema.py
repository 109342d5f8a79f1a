"""Versions of the schema. Alembic is imported only to change one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from grader.errors import UsageError
from grader.store.engine import reading, writing

HEAD = "0014"
"""Newest version; a test holds it to the migrations."""
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_201_426_883
"""Number of the advisory lock in Postgres under which one process changes the schema."""


def version(engine: Engine) -> str:
    """The version in force; empty for a database without one. Raises InfrastructureError."""
    with reading(engine) as connection:
        return _version(connection)


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("select version_num from alembic_version")).scalar() or "")


def prepare(engine: Engine) -> None:
    """Makes the tables in an empty database. Raises UsageError for a version that is not this grader's."""
    found = version(engine)
    if found == "":
        upgrade(engine)
    elif found < HEAD:
        raise UsageError(f"The store has version {found}, this grader needs {HEAD}.", fix="grade db upgrade")
    elif found > HEAD:
        raise UsageError(f"The store has version {found}, made by a newer grader than this one ({HEAD}).")


def upgrade(engine: Engine) -> tuple[str, str]:
    """Brings the schema to HEAD: version before and after. Processes that do so at once wait for each other."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        before = _version(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, version(engine)
