"""Keeping what happened to candidates: imported again, only what is new or has changed is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.engine import Connection, Engine

from grader.errors import visible
from grader.store import people
from grader.store.engine import reading, writing
from grader.store.hire_tables import hire_events, hire_imports
from grader.store.store import kept_text, now, user

Kind = Literal["stage", "offer", "start", "rating", "leaving"]
BY_HAND = "by hand"
_LOCK = 7_201_426_884
"""Number of the advisory lock in Postgres under which one import at a time compares with what is there."""
_BLOCK = 500


@dataclass(frozen=True, kw_only=True)
class HireEvent:
    """Something that happened to a candidate. Times are as the store writes them; empty where there is none."""

    source: str
    """The system that it came from, or BY_HAND."""
    key: str
    """What makes it the same event when it comes again."""
    candidate: str
    kind: Kind
    name: str = ""
    """The stage; how an offer ended; why somebody left."""
    job: str = ""
    entered_at: str = ""
    """When it began: the stage entered, the offer sent, the first day, the day of the rating."""
    left_at: str = ""
    exit: str = ""
    started_at: str = ""
    submitted_at: str = ""
    minutes_asked: float | None = None
    minutes_used: float | None = None
    value: float | None = None
    """Of a rating."""
    rater: str = ""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did."""

    events: int
    added: int
    changed: int
    gone: int
    """Events of the same candidates and source that its source no longer has."""
    seen_before: str
    """When the very same file was imported last; empty for a new one."""


_FIELDS = tuple(field.name for field in fields(HireEvent))


def keep(
    engine: Engine, events: Sequence[HireEvent], *, source: str, digest: str, name: str, whole: bool,
    first_date: bool = False, who: str = "", why: str = "grade hire import",
) -> Imported:  # fmt: skip
    """Adds what is new or has changed, in one transaction. `whole`: the events are all there is of their candidates, so
    what is missing is gone. `first_date`: an event keeps the date at which it was first seen to begin. Raises
    ValueError for two events with one key."""
    new = {event.key: event for event in map(_cleaned, events)}
    if len(new) < len(events):
        counts = Counter(event.key for event in events)
        twice = next(event for event in events if counts[event.key] > 1)
        raise ValueError(f"two events are the same one: {visible(twice.candidate, 60)}, {visible(twice.name, 60)}")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        known = {event.key: event for event in _standing(connection, source)}
        if first_date:
            new = {key: replace(event, entered_at=known[key].entered_at) if key in known else event
                   for key, event in new.items()}  # fmt: skip
        added = [event for key, event in new.items() if key not in known]
        changed = [event for key, event in new.items() if key in known and known[key] != event]
        people_here = {event.candidate for event in events} if whole else set()
        gone = [event for key, event in known.items() if key not in new and event.candidate in people_here]
        again = select(func.max(hire_imports.c.at)).where(hire_imports.c.digest == digest)
        done = Imported(events=len(events), added=len(added), changed=len(changed), gone=len(gone),
                        seen_before=str(connection.execute(again).scalar() or ""))  # fmt: skip
        row: dict[str, Any] = {"digest": digest, "source": source, "name": name, "who": who or user(), "why": why}
        row |= {"at": now(), "events": done.events, "added": done.added, "changed": done.changed, "gone": done.gone}
        number = connection.execute(insert(hire_imports).values(row).returning(hire_imports.c.id)).scalar_one()
        rows = [_row(event, number, gone=False) for event in (*added, *changed)]
        rows += [_row(event, number, gone=True) for event in gone]
        for start in range(0, len(rows), _BLOCK):
            connection.execute(insert(hire_events), rows[start : start + _BLOCK])
    return done


def _cleaned(event: HireEvent) -> HireEvent:
    """The event as every database can keep it, so that it is the same one when it comes again."""
    return replace(
        event, candidate=kept_text(event.candidate), name=kept_text(event.name), job=kept_text(event.job),
        rater=kept_text(event.rater),
    )  # fmt: skip


def _row(event: HireEvent, number: int, *, gone: bool) -> dict[str, Any]:
    return {**asdict(event), "import": number, "gone": gone}


def standing(engine: Engine) -> tuple[HireEvent, ...]:
    """Every event as its source had it last, without those that are gone."""
    with reading(engine) as connection:
        return tuple(_standing(connection))


def _standing(connection: Connection, source: str = "") -> Iterator[HireEvent]:
    newest = select(func.max(hire_events.c.id)).group_by(hire_events.c.source, hire_events.c.key)
    query = select(hire_events).where(hire_events.c.id.in_(newest), ~hire_events.c.gone).order_by(hire_events.c.id)
    query = query.where(hire_events.c.source == source) if source else query
    for row in connection.execute(query).mappings():
        yield HireEvent(**{field: row[field] for field in _FIELDS})


def of_person(engine: Engine, wanted: str) -> tuple[str, ...]:
    """Candidates of events who are `wanted`, as they are written: names, or blind ids where a list has these."""
    with reading(engine) as connection:
        names = list(connection.execute(select(hire_events.c.candidate).distinct()).scalars())
    return tuple(name for name in names if people.is_of(wanted, name) or name.upper() == wanted.upper())


def remove(connection: Connection, candidates: Collection[str]) -> int:
    """Takes out every row of `candidates`; how many. What imports say of files and numbers stays: it names nobody."""
    return connection.execute(delete(hire_events).where(hire_events.c.candidate.in_(list(candidates)))).rowcount


def stage_end(event: HireEvent, at: str, how: str) -> HireEvent:
    """The event as it is once it has ended."""
    return replace(event, left_at=at, exit=how)
