"""Rows of the store as records, and the lock on a case. The only place that knows the tables' columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.engine import Connection, RowMapping

from grader.ratings import sheet
from grader.review.chain import START, digest, link, text_of
from grader.review.chain import faults as chain_faults
from grader.review.problems import NotFoundError
from grader.review.records import (
    Adjudication,
    Assessment,
    Assignment,
    Case,
    Decision,
    Event,
    File,
    Judged,
    Letter,
    Person,
    Response,
    Source,
)
from grader.store.apart_tables import apart
from grader.store.case_tables import (
    adjudications,
    assessments,
    assignments,
    case_event_bodies,
    case_events,
    case_heads,
    case_sources,
    cases,
    decisions,
    letters,
    people,
    responses,
)
from grader.store.label_tables import judged_levels

PEOPLE = "people"
"""The chain of what concerns no case."""
_PEOPLE_LOCK = 7_201_426_884
"""Number of the advisory lock in Postgres under which one writer at a time adds to the chain of people."""


def lock(connection: Connection, case: str) -> None:
    """Makes every other writer of this case wait until the transaction ends: a row's lock in Postgres; SQLite has one
    writer at a time anyway. Raises NotFoundError."""
    found = connection.execute(select(cases.c.id).where(cases.c.id == case).with_for_update()).scalar()
    if found is None:
        raise NotFoundError(case)


def lock_people(connection: Connection) -> None:
    if connection.engine.dialect.name == "postgresql":
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_PEOPLE_LOCK})")


def read(connection: Connection, case: str) -> File:
    """All about a case. Raises NotFoundError."""
    row = connection.execute(select(cases).where(cases.c.id == case)).mappings().first()
    if row is None:
        raise NotFoundError(case)
    asked = tuple(Assignment(**one) for one in _of(connection, assignments, case, assignments.c.at, assignments.c.id))
    outcomes = {table: _of(connection, table, case, table.c.id) for table in (adjudications, responses, decisions,
                                                                             letters)}  # fmt: skip
    ids = {one.person for one in asked} | {str(one["person"]) for rows in outcomes.values() for one in rows}
    standing = select(cases.c.id).where(cases.c.id == case, cases.c.id.in_(apart()))
    return File(
        case=Case(**row),
        glass=tuple(one for one in events(connection, case, "glass broken") if one.body is not None),
        waves=_waves(events(connection, case, "asked"), events(connection, case, "revealed")),
        source=_source(connection, case),
        people={one.id: one for one in people_of(connection, ids)},
        assignments=asked,
        assessments=_assessments(connection, [one.id for one in asked]),
        adjudications=tuple(Adjudication(**_without(one, "id", "case")) for one in outcomes[adjudications]),
        responses=tuple(Response(**_without(one, "id", "case")) for one in outcomes[responses]),
        decisions=tuple(Decision(**_without(one, "id", "case")) for one in outcomes[decisions]),
        judged=_judged(connection, row["run"]),
        apart=connection.execute(standing).first() is not None,
        letters=tuple(Letter(text=one["body"], **_without(one, "id", "case", "body")) for one in outcomes[letters]),
    )


def _judged(connection: Connection, run: str) -> dict[str, Judged]:
    query = select(judged_levels).where(judged_levels.c.run == run).order_by(judged_levels.c.id)
    return {row.criterion: Judged(level=row.level, judge=row.judge, counted=row.counted)
            for row in connection.execute(query)}  # fmt: skip


def _waves(asked: Sequence[Event], revealed: Sequence[Event]) -> dict[str, int]:
    return {
        str(one.body["about"]): sum(reveal.number < one.number for reveal in revealed)
        for one in asked
        if one.body is not None
    }


def _of(connection: Connection, table: Table, case: str, *order: Any) -> Sequence[RowMapping]:
    return connection.execute(select(table).where(table.c.case == case).order_by(*order)).mappings().all()


def _without(row: RowMapping, *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def _source(connection: Connection, case: str) -> Source:
    row = connection.execute(select(case_sources).where(case_sources.c.case == case)).mappings().one()
    return Source(
        challenge=json.loads(row["challenge"]), instruction=row["instruction"], machine=json.loads(row["machine"])
    )


def _assessments(connection: Connection, assignment_ids: Sequence[str]) -> tuple[Assessment, ...]:
    query = select(assessments).where(assessments.c.assignment.in_(assignment_ids))
    rows = connection.execute(query.order_by(assessments.c.assignment, assessments.c.version)).mappings()
    return tuple(
        Assessment(sheet=sheet.from_data(json.loads(row["body"])), **_without(row, "id", "body")) for row in rows
    )


def people_of(connection: Connection, ids: Iterable[str] | None = None) -> tuple[Person, ...]:
    """Everybody, or those with these ids, by name."""
    query = select(people).order_by(people.c.name)
    if ids is not None:
        query = query.where(people.c.id.in_(list(ids)))
    return tuple(person(row) for row in connection.execute(query).mappings())


def person(row: RowMapping) -> Person:
    lists = {name: tuple(json.loads(row[name])) for name in ("roles", "candidates")}
    return Person(**{**row, **lists})


def person_row(one: Person) -> dict[str, Any]:
    return {**asdict(one), "roles": json.dumps(one.roles), "candidates": json.dumps(one.candidates)}


# ------------------------------------------------------------------------------------------------ events


def add_event(connection: Connection, chain: str, what: str, at: str, body: Mapping[str, Any]) -> None:
    """Adds to a chain, whose lock the transaction holds. It goes on from where the chain is known to have ended: were
    its last events cut off, the next one would else hide it."""
    ends = [
        connection.execute(select(table.c.number, table.c.hash).where(table.c.chain == chain)
                           .order_by(table.c.number.desc()).limit(1)).first()
        for table in (case_heads, case_events)
    ]  # fmt: skip
    last = max((end for end in ends if end is not None), key=lambda end: int(end.number), default=None)
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    text = text_of(body)
    hashed = link(chain, number, what, at, digest(text), previous)
    row = {"chain": chain, "number": number, "what": what, "digest": digest(text), "previous": previous,
           "hash": hashed, "at": at}  # fmt: skip
    made = connection.execute(case_events.insert().values(row).returning(case_events.c.id)).scalar_one()
    connection.execute(case_event_bodies.insert().values(event=made, body=text))
    _set_head(connection, chain, number=number, hash=hashed)


def _set_head(connection: Connection, chain: str, **values: Any) -> None:
    """In the transaction that adds the event, and under its lock."""
    if connection.execute(update(case_heads).where(case_heads.c.chain == chain).values(**values)).rowcount == 0:
        connection.execute(case_heads.insert().values(chain=chain, **values))


def faults(connection: Connection, chain: str) -> tuple[str, ...]:
    """Where a chain does not hold, one sentence each."""
    head = connection.execute(select(case_heads).where(case_heads.c.chain == chain)).first()
    found = events(connection, chain)  # after the head: what is added meanwhile is more, never less
    if head is None:
        return (*chain_faults(found), "Where it ended is not known.") if found else ()
    return chain_faults(found, (head.number, head.hash))


def content_of(connection: Connection, assignment: str, version: int) -> str:
    """Digest of a version of an assessment as it stands in the store; empty where it is not there."""
    query = select(assessments.c.body).where(assessments.c.assignment == assignment, assessments.c.version == version)
    body = connection.execute(query).scalar()
    return "" if body is None else hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def outcomes_of(connection: Connection, case: str) -> list[str]:
    """What was decided in a case, in order, as the store has it."""
    return [row["outcome"] for row in _of(connection, decisions, case, decisions.c.id)]


def events(connection: Connection, chain: str, what: str = "") -> tuple[Event, ...]:
    """A chain, in order, or the events of one kind in it."""
    joined = case_events.outerjoin(case_event_bodies, case_event_bodies.c.event == case_events.c.id)
    query = select(case_events, case_event_bodies.c.body).select_from(joined).where(case_events.c.chain == chain)
    query = query.where(case_events.c.what == what) if what else query
    rows = connection.execute(query.order_by(case_events.c.number)).mappings()
    return tuple(map(_event, rows))


def latest_events(connection: Connection, chain: str, *, before: int, limit: int) -> tuple[Event, ...]:
    """The newest events of a chain, the newest first; those before number `before` where that is not 0."""
    joined = case_events.outerjoin(case_event_bodies, case_event_bodies.c.event == case_events.c.id)
    query = select(case_events, case_event_bodies.c.body).select_from(joined).where(case_events.c.chain == chain)
    query = query.where(case_events.c.number < before) if before else query
    rows = connection.execute(query.order_by(case_events.c.number.desc()).limit(limit)).mappings()
    return tuple(map(_event, rows))


def _event(row: RowMapping) -> Event:
    return Event(body=json.loads(row["body"]) if row["body"] is not None else None, **_without(row, "id", "body"))
