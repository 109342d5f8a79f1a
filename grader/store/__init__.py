"""What was graded, by whom and why, kept: SQLite in a file, or Postgres where several machines share it.

Reading order: tables (what is kept), engine (reaching it), schema (its versions), store (writing and reading),
retention (removing). Rows are added and never changed; the database itself refuses an UPDATE.

Importing this package costs nothing; `open_store` imports SQLAlchemy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.own_files import with_sides

if TYPE_CHECKING:
    from grader.store.store import Store


def files_of(url: str) -> tuple[Path, ...]:
    """The files on this machine that a store at `url` writes to; none for Postgres."""
    kind, _, name = url.partition(":///")
    return tuple(map(Path, with_sides(name.partition("?")[0]))) if kind.startswith("sqlite") and name else ()


def open_store(url: str) -> Store:
    """The store at `url` (`sqlite:///grader.db`, `postgresql://user@host/name`), made where there is none.

    Raises UsageError for a URL or a version of the schema that this grader cannot use, InfrastructureError where the
    database does not answer.
    """
    from grader.store.engine import connect
    from grader.store.schema import prepare
    from grader.store.store import Store

    engine = connect(url)
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
