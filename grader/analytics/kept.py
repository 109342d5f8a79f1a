"""What the store knows of candidates, as the reports take it: stages and outcomes as imported, scores as graded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from grader.analytics.events import EXITS, Exit, StageEvent
from grader.analytics.imports import chained
from grader.analytics.predict import ScoredHire
from grader.errors import UsageError
from grader.store import people
from grader.store.hire import HireEvent, standing
from grader.store.store import Store

OFFER, STARTED = "offer", "started"


def stage_events(store: Store) -> tuple[StageEvent, ...]:
    """Stages with offers and first days as stages of their own. One that was entered before another began, and has no
    end of its own, ended then. Raises UsageError where the store knows of no stage."""
    ways: dict[str, list[HireEvent]] = {}
    for event in standing(store.engine):
        ways.setdefault(event.candidate, []).append(event)
    found = [stage for way in ways.values() for stage in _stages(way)]
    if not found:
        raise UsageError("The store knows of no stage of any candidate.", fix="grade hire import FILE --from csv")
    return tuple(found)


def _stages(way: Sequence[HireEvent]) -> Iterator[StageEvent]:
    named = {"offer": OFFER, "start": STARTED}
    steps = [one for one in way if one.kind in {"stage", "offer", "start"}]
    for step in chained(steps):
        begun = step.kind == "start"
        left = step.entered_at if begun else step.left_at
        yield StageEvent(
            candidate=step.candidate, stage=named.get(step.kind, step.name), entered=_moment(step.entered_at),
            left=_moment(left) if left else None, exit=_exit("advance" if begun else step.exit, left), job=step.job,
            source=step.source, started=_moment(step.started_at) if step.started_at else None,
            submitted=_moment(step.submitted_at) if step.submitted_at else None,
            minutes_asked=step.minutes_asked, minutes_used=step.minutes_used,
        )  # fmt: skip


def _exit(text: str, left: str) -> Exit | None:
    return next((one for one in EXITS if one == text), None) if left else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def outcomes(store: Store, challenge: str = "", *, blind: bool = False) -> tuple[ScoredHire, ...]:
    """Everybody's newest score, of one challenge if it is named, with the mean of their ratings on the job. Candidates
    of grades and of stages are matched by name, however it is typed, or by blind id; with `blind` they are called by
    the id."""
    scores: dict[str, tuple[tuple[str, ...], float]] = {}
    for run in store.each(challenge):
        name = str(run["candidate"] or run["blind"])
        if name and run["score"] is not None:
            scores[name] = (str(run["blind"]).upper(), *people.keys(name)), float(run["score"])
    if not scores:
        raise UsageError("The store has no graded candidate" + (f" of {challenge}." if challenge else "."))
    known = _by_name(standing(store.engine))
    return tuple(_outcome(names[0] or "no id" if blind else name, score, [e for k in names for e in known.get(k, ())])
                 for name, (names, score) in scores.items())  # fmt: skip


def _by_name(events: Sequence[HireEvent]) -> Mapping[str, Sequence[HireEvent]]:
    found: dict[str, list[HireEvent]] = {}
    for event in events:
        for one in {event.candidate.upper(), *people.keys(event.candidate)}:
            found.setdefault(one, []).append(event)
    return found


def _outcome(name: str, score: float, events: Sequence[HireEvent]) -> ScoredHire:
    distinct = {event.key: event for event in events}.values()
    ratings = [event.value for event in distinct if event.kind == "rating" and event.value is not None]
    taken = any(event.kind == "start" or (event.kind == "offer" and event.exit == "advance") for event in distinct)
    mean = sum(ratings) / len(ratings) if ratings else None
    return ScoredHire(candidate=name, score=score, rating=mean, hired=taken or mean is not None)
