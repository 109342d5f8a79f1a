"""Stages that candidates went through: the records, how they are read from a table, and in which order stages come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast, get_args

from grader.analytics.tables import Reader, within

Exit = Literal["advance", "reject", "withdraw"]
EXITS: tuple[Exit, ...] = get_args(Exit)
DAY = 86_400.0
MOST_STAGES = 200


@dataclass(frozen=True, kw_only=True)
class StageEvent:
    """One candidate in one stage. Without `left` they are still in it. Raises ValueError for what cannot be."""

    candidate: str
    """Whose application it is: a name, a blind id, an application's number. One of each application."""
    stage: str
    entered: datetime
    left: datetime | None = None
    exit: Exit | None = None
    """How they left; None while they are in it, and where nobody wrote it down."""
    job: str = ""
    source: str = ""
    started: datetime | None = None
    """When they began the work that the stage asks for."""
    submitted: datetime | None = None
    minutes_asked: float | None = None
    minutes_used: float | None = None

    def __post_init__(self) -> None:
        if self.left is not None and self.left < self.entered:
            raise ValueError("left_at is before entered_at")
        if self.exit is not None and self.left is None:
            raise ValueError("an exit without left_at")
        if self.submitted is not None and self.submitted < self.entered:
            raise ValueError("submitted_at is before entered_at")

    def days(self, until: datetime) -> float:
        """How long they were in it, or have been at `until`."""
        return max(0.0, ((self.left or until) - self.entered).total_seconds() / DAY)


def read_events(path: Path) -> tuple[StageEvent, ...]:
    """The rows of a table. Raises UsageError with line and column for what cannot be read."""
    reader = Reader(
        path, ("candidate", "stage", "entered_at"),
        ("left_at", "exit", "job", "source", "started_at", "submitted_at", "minutes_asked", "minutes_used"),
    )  # fmt: skip
    return reader.records(_event)


def _event(reader: Reader, cells: Mapping[str, str]) -> StageEvent:
    return StageEvent(
        candidate=reader.text(cells, "candidate"),
        stage=reader.text(cells, "stage"),
        entered=reader.moment(cells, "entered_at"),
        left=reader.time(cells, "left_at"),
        exit=cast("Exit | None", reader.one_of(cells, "exit", EXITS) or None),
        job=cells.get("job", ""),
        source=cells.get("source", ""),
        started=reader.time(cells, "started_at"),
        submitted=reader.time(cells, "submitted_at"),
        minutes_asked=reader.number(cells, "minutes_asked", least=0),
        minutes_used=reader.number(cells, "minutes_used", least=0),
    )


def by_candidate(events: Iterable[StageEvent]) -> dict[str, list[StageEvent]]:
    """Each candidate's events by their date, candidates by their first."""
    found: dict[str, list[StageEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda one: (one.entered, one.left is None, one.left or one.entered)):
        found[event.candidate].append(event)
    return dict(found)


def stage_order(events: Sequence[StageEvent], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The stages from first to last: `wanted`, if they are given, else by how deep in a candidate's way a stage comes
    on average. Stages that are not in `wanted` follow it. Raises UsageError for
    more stages than there can be."""
    depth: dict[str, list[int]] = defaultdict(list)
    for way in by_candidate(events).values():
        seen = list(dict.fromkeys(event.stage for event in way))
        for at, stage in enumerate(seen):
            depth[stage].append(at)
    within(len({*depth, *wanted}), MOST_STAGES, "different stages")
    found = sorted(depth, key=lambda stage: (sum(depth[stage]) / len(depth[stage]), stage))
    return (*wanted, *(stage for stage in found if stage not in wanted))


def cohort_of(period: str) -> Callable[[Sequence[StageEvent]], str]:
    """A way → its cohort, by the date of its first event or by what that says; `period` is one of PERIODS."""

    def named(way: Sequence[StageEvent]) -> str:
        first = way[0]
        dates = {
            "all": "all",
            "year": f"{first.entered:%Y}",
            "quarter": f"{first.entered:%Y}-Q{(first.entered.month + 2) // 3}",
            "month": f"{first.entered:%Y-%m}",
            "job": first.job or "no job given",
            "source": first.source or "no source given",
        }
        return dates[period]

    return named


PERIODS = ("all", "month", "quarter", "year", "job", "source")
