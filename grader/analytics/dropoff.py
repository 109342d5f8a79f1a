"""`grade analyse dropoff`: what a task costs candidates, and how many never began or gave up on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from grader.agreement.significance import wilson
from grader.analytics.charts import Span, Spans
from grader.analytics.events import StageEvent, stage_order
from grader.analytics.figures.shares import trend
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, p_said, rows_of, said

COLUMNS = columns(
    "stage|Stage; minutes_asked|Minutes asked|number; invited|Invited|count; open|Still open|count;"
    "ended|Ended|count; never_started|Never started|count; started_and_quit|Started and quit|count;"
    "submitted|Handed in|count; submitted_share|Handed in, of ended|share; low|from|share; high|to|share;"
    "never_started_share|Never started, of ended|share; quit_share|Quit, of those who started|share;"
    "minutes_used|Minutes used, median|number; minutes_used_n|of|count; words|In words"
)


def dropoff(events: Sequence[StageEvent], *, stages: Sequence[str] = ()) -> Report:
    """Stages that ask for work: those with minutes asked, a start or a hand-in written down."""
    order = stage_order(events, stages)
    tasks = {event.stage for event in events if event.minutes_asked is not None or event.started or event.submitted}
    groups: dict[tuple[str, float | None], list[StageEvent]] = {}
    for event in events:
        if event.stage in tasks:
            groups.setdefault((event.stage, event.minutes_asked), []).append(event)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), -1 if key[1] is None else key[1]))
    rows = [_row(stage, minutes, groups[stage, minutes]) for stage, minutes in keys]
    notes = [
        said("""Never started and started-and-quit are kept apart: the first is about the invitation, the second
        about the task. Who has neither handed in nor left the stage is still open, and in no share."""),
    ]
    notes += [] if rows else ["No row has minutes_asked, started_at or submitted_at: there is no task to report on."]
    notes += [_trend(rows)] if rows else []
    return Report(
        name="dropoff", title="Drop-off: what tasks cost candidates", columns=COLUMNS, rows=rows_of(COLUMNS, rows),
        notes=tuple(notes), charts=(_chart(rows),) if rows else (),
    )  # fmt: skip


def _row(stage: str, minutes: float | None, events: Sequence[StageEvent]) -> Mapping[str, Value]:
    submitted = sum(event.submitted is not None for event in events)
    gone = [event for event in events if event.submitted is None and event.left is not None]
    never = sum(event.started is None for event in gone)
    ended, quit_ = submitted + len(gone), len(gone) - never
    used = [event.minutes_used for event in events if event.minutes_used is not None]
    low, high = wilson(submitted, ended) or (None, None)
    return {
        "stage": stage, "minutes_asked": minutes, "invited": len(events), "open": len(events) - ended, "ended": ended,
        "never_started": never, "started_and_quit": quit_, "submitted": submitted,
        "submitted_share": submitted / ended if ended else None, "low": low, "high": high,
        "never_started_share": never / ended if ended else None,
        "quit_share": quit_ / (submitted + quit_) if submitted + quit_ else None,
        "minutes_used": median(used) if used else None, "minutes_used_n": len(used),
        "words": _words(ended, minutes, used),
    }  # fmt: skip


def _words(ended: int, minutes: float | None, used: Sequence[float]) -> str:
    if ended < FEW:
        return TOO_FEW
    if minutes and len(used) >= FEW and median(used) > 1.25 * minutes:
        return "takes a quarter longer than it says, or more"
    return "" if used else "minutes used are not known"


def _trend(rows: Sequence[Mapping[str, Value]]) -> str:
    """Whether longer tasks are handed in less: over all, by minutes asked."""
    sums: dict[float, tuple[int, int]] = {}
    for row in rows:
        minutes, hits, ended = row["minutes_asked"], row["submitted"], row["ended"]
        if isinstance(minutes, int | float) and isinstance(hits, int) and isinstance(ended, int):
            before = sums.get(minutes, (0, 0))
            sums[minutes] = before[0] + hits, before[1] + ended
    totals = [total for _, total in sums.values()]
    if len(sums) < 2 or sum(totals) < FEW:
        return (
            f"Minutes against completion: {TOO_FEW} (two lengths and {FEW} people whose task has ended are asked for)."
        )
    found = trend([hits for hits, _ in sums.values()], totals, list(sums))
    if found is None:
        return "Minutes against completion: all did the same, there is no trend to test."
    statistic, p, sign = found
    figures = f"Cochran-Armitage chi-square {statistic:.2f}, {p_said(p)}"
    if p >= LEVEL:
        return f"Minutes against completion: no trend shown ({figures})."
    return f"Minutes against completion: longer tasks are handed in {'less' if sign < 0 else 'more'} ({figures})."


def _chart(rows: Sequence[Mapping[str, Value]]) -> Spans:
    def number(value: Value) -> float | None:
        return float(value) if isinstance(value, int | float) else None

    spans = tuple(
        Span(
            label=f"{row['stage']}" + (f", {row['minutes_asked']:g} min" if row["minutes_asked"] is not None else ""),
            value=number(row["submitted_share"]), low=number(row["low"]), high=number(row["high"]),
            words=f"{row['submitted']} of {row['ended']}",
        )
        for row in rows
    )  # fmt: skip
    return Spans(title="Handed in, of those whose task has ended", spans=spans, start=0, end=1, percent=True)
