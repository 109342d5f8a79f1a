"""What gradings in the store say about items and rounds, as the reports take it: everybody's newest grade counts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from grader.analytics.events import by_candidate, stage_order
from grader.analytics.exposed import NONE, given_of
from grader.analytics.exposure import Given
from grader.analytics.items import Answer
from grader.analytics.kept import stage_events
from grader.analytics.signal import Level
from grader.analytics.tables import moment
from grader.errors import UsageError, visible
from grader.store import people
from grader.store.engine import reading
from grader.store.store import Store
from grader.store.tables import bodies, runs

Grade = Mapping[str, Any]
SCORE = "score"


def answers(store: Store, challenge: str) -> tuple[Answer, ...]:
    """The share of its points that each hidden test gave. What could not be judged is left out, and so is what did not
    run through no fault of the candidate's. Raises UsageError where there is none."""
    found = [
        Answer(candidate=who, item=test["id"], points=test["points"] / test["max_points"])
        for who, _, grade in _newest(store, challenge) for test in (grade.get("objective") or {}).get("tests", ())
        if test["max_points"] and _judged(test)
    ]  # fmt: skip
    if not found:
        raise UsageError(f"The store has no hidden test of {visible(challenge)} that was run.", fix="grade history")
    return tuple(found)


def _judged(test: Grade) -> bool:
    return test["status"] in {"passed", "failed"} or (test["status"] == "not_run" and test.get("fault") == "candidate")


def levels(store: Store, stage: str) -> tuple[Level, ...]:
    """Scores, and levels that count, of every challenge as rounds; the outcome is whether `stage` was reached: yes, no
    once all is over for a candidate, and not known while something is open. Minutes are those that they said they used
    for a stage of the challenge's name. Raises UsageError for a stage that nobody has been in."""
    events = stage_events(store)
    order = stage_order(events)
    if stage not in order:
        raise UsageError(f"No candidate has been in a stage {visible(stage)!r}; there are: {', '.join(order[:20])}.")
    reached: dict[str, bool | None] = {}
    minutes: dict[tuple[str, str], float | None] = {}
    for who, way in by_candidate(events).items():
        there = any(event.stage == stage for event in way)
        over = way[-1].left is not None and way[-1].exit != "advance"
        for name in _names(who):
            reached[name] = True if there else False if over else None
            minutes |= {(name, event.stage): event.minutes_used for event in way}
    found = []
    for who, challenge, grade in _newest(store, ""):
        name = next((one for one in _names(who) if one in reached), "")
        spent = minutes.get((name, challenge))
        values = {"": grade["score"]["value"], **_counting(grade)}
        found += [Level(candidate=who, round=challenge, criterion=criterion, level=float(value),
                        outcome=reached.get(name), minutes=spent) for criterion, value in values.items()]  # fmt: skip
    if not found:
        raise UsageError("The store has no grade of anybody.", fix="grade history")
    return tuple(found)


def _counting(grade: Grade) -> Mapping[str, float]:
    return {one["id"]: one["level"] for one in grade["criteria"] if one["accepted"] and one["level"] is not None}


def _names(who: str) -> Collection[str]:
    return {who.upper(), *people.keys(who)}


def given(store: Store, challenge: str) -> tuple[Given, ...]:
    """The templates that candidates of `challenge` were given, by the day of their first grading: one that is graded
    anew has not become a later one. Raises UsageError where no grade names any."""
    query = select(runs.c.candidate, runs.c.blind, func.min(runs.c.started_at)).where(runs.c.challenge_id == challenge)
    first: dict[str, datetime] = {}
    with reading(store.engine) as connection:
        for candidate, blind, began in connection.execute(query.group_by(runs.c.candidate, runs.c.blind)):
            who = str(candidate or blind)
            first[who] = min(moment(began), first.get(who, moment(began)))
    found = [one for who, _, grade in _newest(store, challenge) for one in given_of(grade, who, first[who])]
    if not found:
        raise UsageError(f"No grade of {visible(challenge)} in the store names templates: {NONE}.", fix="grade history")
    return tuple(found)


def _newest(store: Store, challenge: str) -> Iterator[tuple[str, str, Grade]]:
    """Candidate (or blind id), challenge, and the newest grade of each."""
    query = select(runs.c.candidate, runs.c.blind, runs.c.challenge_id, bodies.c.body).select_from(
        runs.join(bodies, bodies.c.grade == runs.c.grade)
    )
    query = query.where(runs.c.challenge_id == challenge) if challenge else query
    newest: dict[tuple[str, str], str] = {}
    with reading(store.engine) as connection:
        for row in connection.execute(query.order_by(runs.c.started_at, runs.c.run)):
            if row.candidate or row.blind:
                newest[str(row.candidate or row.blind), row.challenge_id] = row.body
    for (who, name), body in newest.items():
        yield who, name, json.loads(body)
