"""What calibrations rest on and what has become of it, and the gates that agreement has closed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from grader.records import Closed
from grader.store.engine import reading, writing
from grader.store.label_tables import calibration_items, closed_gates
from grader.store.tables import calibrations


def keep_items(engine: Engine, calibration: str, items: Iterable[tuple[str, str]]) -> None:
    """Keeps the (case, criterion) pairs that a calibration rests on; again changes nothing. A case that has gone
    meanwhile is none of them."""
    from grader.store.case_tables import cases

    query = select(calibration_items.c.case, calibration_items.c.criterion)
    with writing(engine) as connection:
        rows = connection.execute(query.where(calibration_items.c.calibration == calibration))
        there = {(str(row.case), str(row.criterion)) for row in rows}
        known = set(connection.execute(select(cases.c.id)).scalars())
        new = [{"calibration": calibration, "case": case, "criterion": criterion}
               for case, criterion in sorted(set(items) - there) if case in known]  # fmt: skip
        if new:
            connection.execute(calibration_items.insert(), new)


def items_left(engine: Engine, calibration: str) -> Mapping[str, int] | None:
    """Criterion → how many of the cases that a calibration rests on are still there; None where the store does not know
    that calibration."""
    query = (
        select(calibration_items.c.criterion, func.count())
        .where(calibration_items.c.calibration == calibration)
        .group_by(calibration_items.c.criterion)
    )
    made = select(calibrations.c.id).where(calibrations.c.digest == calibration)
    with reading(engine) as connection:
        if connection.execute(made).first() is None:
            return None
        return {criterion: int(count) for criterion, count in connection.execute(query)}


def close_gate(connection: Connection, calibration: str, criterion: str, closed: Closed) -> bool:
    """Closes a gate until there is another calibration, unless it is closed; whether it was open."""
    make = postgresql.insert if connection.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"calibration": calibration, "criterion": criterion, "reason": closed.reason, "at": closed.since}
    adding = make(closed_gates).values(**row).on_conflict_do_nothing().returning(closed_gates.c.id)
    return connection.execute(adding).scalar() is not None


def closed_under(engine: Engine, calibration: str) -> dict[str, Closed]:
    """Criterion → why its gate is closed under a calibration, and since when."""
    with reading(engine) as connection:
        rows = connection.execute(select(closed_gates).where(closed_gates.c.calibration == calibration))
        return {row.criterion: Closed(reason=row.reason, since=row.at) for row in rows}
