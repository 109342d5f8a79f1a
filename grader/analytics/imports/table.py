"""A plain table: stages as `grade analyse funnel` takes them, or ratings of candidates on the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from grader.analytics.events import StageEvent, read_events
from grader.analytics.imports import key
from grader.analytics.tables import Reader
from grader.store.hire import HireEvent
from grader.store.store import moment as written

SOURCE = "csv"


def events(path: Path) -> list[HireEvent]:
    """Stages, or where the table has the column `rating` ratings on the job. Raises UsageError."""
    probe = Reader(path, ("candidate",))
    if probe.has("rating") and not probe.has("stage"):
        return _ratings(path)
    visits: Counter[tuple[str, str]] = Counter()
    found = []
    for event in sorted(read_events(path), key=lambda one: one.entered):
        visits[event.candidate, event.stage] += 1
        found.append(_stage(event, visits[event.candidate, event.stage]))
    return found


def _stage(event: StageEvent, visit: int) -> HireEvent:
    return HireEvent(
        source=SOURCE, key=key(event.candidate, event.stage, visit), candidate=event.candidate, kind="stage",
        name=event.stage, job=event.job, entered_at=written(event.entered),
        left_at=written(event.left) if event.left else "", exit=event.exit or "",
        started_at=written(event.started) if event.started else "",
        submitted_at=written(event.submitted) if event.submitted else "",
        minutes_asked=event.minutes_asked, minutes_used=event.minutes_used,
    )  # fmt: skip


def _ratings(path: Path) -> list[HireEvent]:
    reader = Reader(path, ("candidate", "rating", "rated_at"), ("rater",))
    return list(reader.records(_rating))


def _rating(reader: Reader, cells: Mapping[str, str]) -> HireEvent:
    who, at = reader.text(cells, "candidate"), written(reader.moment(cells, "rated_at"))
    value = reader.number(cells, "rating")
    if value is None:
        raise ValueError("column rating: empty")
    rater = cells.get("rater", "")
    if len(rater) > 200:
        raise ValueError("column rater: more than 200 characters")
    return HireEvent(source="csv-ratings", key=key(who, rater, at), candidate=who, kind="rating", value=value,
                     rater=rater, entered_at=at)  # fmt: skip
