"""Whether what happened is all still there: every chain of a store, with where it ended, and what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, union
from sqlalchemy.engine import Connection, Engine

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
            found = [*rows.faults(connection, name), *_said(connection, name)]
        about = "What happened with people" if name == rows.PEOPLE else f"What happened in case {name}"
        yield from (f"{about}: {fault}" for fault in found)


def _said(connection: Connection, chain: str) -> Iterator[str]:
    """Where a case does not hold what its events say: assessments that were handed in, and decisions."""
    decided = []
    for event in rows.events(connection, chain):
        data = event.body or {}
        if event.what in {"handed in", "amended"} and "content" in data:  # those of 0.1 say no content
            there = rows.content_of(connection, str(data["of"]), int(data["version"]))
            if there != data["content"]:
                state = "is not what it was" if there else "is not there"
                yield f"The assessment of event {event.number} ({event.what}, {event.at}) {state}."
        if event.what == "decided":
            decided.append(str(data.get("outcome")) if event.body is not None else "")
    there_now = rows.outcomes_of(connection, chain) if decided else []
    if len(decided) != len(there_now) or any(
        said and said != now for said, now in zip(decided, there_now, strict=False)
    ):
        yield f"Its decisions are {', '.join(there_now) or 'gone'}, and its events say {', '.join(decided)}."
