"""Whether what happened is all still there: every chain of a store, with where it ended."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, union
from sqlalchemy.engine import Engine

from grader.review import rows
from grader.store.case_tables import case_events, case_heads
from grader.store.engine import reading


def problems(engine: Engine) -> Iterator[str]:
    """What does not hold, one sentence each."""
    with reading(engine) as connection:
        known = union(select(case_heads.c.chain), select(case_events.c.chain)).order_by("chain")
        names = connection.execute(known).scalars().all()
    for name in names:
        with reading(engine) as connection:
            found = rows.faults(connection, name)
        about = "What happened with people" if name == rows.PEOPLE else f"What happened in case {name}"
        yield from (f"{about}: {fault}" for fault in found)
