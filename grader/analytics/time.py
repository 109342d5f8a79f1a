"""`grade analyse time`: how long stages take, with those who are still waiting counted as waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.analytics.charts import Line, Steps
from grader.analytics.events import DAY, EXITS, StageEvent, by_candidate, stage_order
from grader.analytics.figures import survival
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, p_said, rows_of, said

COLUMNS = columns(
    "clock|Clock; n|Began|count; left|Ended|count; open|Still running|count; median_days|Median, days|number;"
    "median_low|from|number; median_high|to|number; within_days|Within days|number; advanced|Went on by then|share;"
    "advanced_low|from|share; advanced_high|to|share; rejected|Rejected by then|share;"
    "withdrawn|Withdrew by then|share;"
    "unclear|Left, not said how|count; words|In words"
)
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Days that something took, or has taken so far, and how it ended; None: it runs."""

    name: str
    days: tuple[float, ...]
    ends: tuple[str | None, ...]

    @property
    def done(self) -> tuple[bool, ...]:
        return tuple(end is not None for end in self.ends)


def time(events: Sequence[StageEvent], *, until: datetime, within: float = 30, stages: Sequence[str] = ()) -> Report:
    """Each stage's time from entry to leaving, and that from the first entry to each later stage."""
    order = stage_order(events, stages)
    inside = [_stage(stage, events, until) for stage in order]
    ways = list(_ways(by_candidate(events).values(), order, until))
    rows = [_row(clock, within) for clock in (*inside, *ways)]
    curves = [(clock, survival.kaplan_meier(clock.days, clock.done)) for clock in inside if clock.days]
    end = max((_nearly_all(clock, curve) for clock, curve in curves), default=1.0) or 1.0
    lines = tuple(
        Line(clock.name, [(0.0, 1.0), *zip(curve.times.tolist(), curve.value.tolist(), strict=True)])
        for clock, curve in curves
    )
    notes = (
        said(f"""Until {until:%Y-%m-%d}: who had not left by then counts as still waiting for as long as they have
        waited, never as finished (Kaplan-Meier); going on, rejection and withdrawal compete (Aalen-Johansen)."""),
        "A clock is named by its start and its end; 'in STAGE' runs from entering to leaving it.",
        _longest(inside),
    )
    charts = (Steps(title="Share still in the stage, by days", across="days", lines=lines, end=end),) if lines else ()
    return Report(
        name="time", title="Time: how long candidates wait", columns=COLUMNS, rows=rows_of(COLUMNS, rows), notes=notes,
        charts=charts,
    )  # fmt: skip


def _nearly_all(clock: Clock, curve: survival.Curve) -> float:
    """Days by which 98 in a hundred are through: a drawing to the last one would show little of the others."""
    found = survival.first_below(curve.times, curve.value, 0.02)
    return max(clock.days) if found is None else found


def _stage(stage: str, events: Sequence[StageEvent], until: datetime) -> Clock:
    own = [event for event in events if event.stage == stage and event.entered <= until]
    ends = tuple(None if one.left is None or one.left > until else one.exit or OTHER for one in own)
    days = tuple(
        one.days(until) if end else max(0.0, (until - one.entered).total_seconds() / DAY)
        for one, end in zip(own, ends, strict=True)
    )
    return Clock(name=f"in {stage}", days=days, ends=ends)


def _ways(ways: Collection[Sequence[StageEvent]], order: Sequence[str], until: datetime) -> Iterator[Clock]:
    """First entry → each later stage; who left for good before it has another way out."""
    place = {stage: at for at, stage in enumerate(order)}
    for at, stage in enumerate(order[1:], 1):
        days, ends = [], []
        for way in ways:
            begin = way[0].entered
            if begin > until:
                continue
            there = [one.entered for one in way if place[one.stage] >= at and one.entered <= until]
            last = max(way, key=lambda one: one.entered)
            gone = last.left if last.left is not None and last.left <= until and last.exit != "advance" else None
            stop = min(there) if there else gone
            ends.append("advance" if there else (last.exit or OTHER) if gone else None)
            days.append(((stop or until) - begin).total_seconds() / DAY)
        yield Clock(name=f"first entry to {stage}", days=tuple(days), ends=tuple(ends))


def _row(clock: Clock, within: float) -> Mapping[str, Value]:
    n, left = len(clock.days), sum(clock.done)
    row: dict[str, Value] = {"clock": clock.name, "n": n, "left": left, "open": n - left, "within_days": within}
    row["unclear"] = clock.ends.count(OTHER)
    if left < FEW:
        return {**row, "words": f"{TOO_FEW}: {left} have ended, {FEW} are asked for"}
    middle, low, high = survival.median(survival.kaplan_meier(clock.days, clock.done))
    causes = survival.aalen_johansen(clock.days, clock.ends, (*EXITS, OTHER))
    seen = max(clock.days) >= within
    shares = {end: causes[end].at(within) if seen else None for end in EXITS}
    words = [] if middle is not None else ["half are not through yet"]
    words += [] if seen else [f"nobody has been followed for {within:g} days"]
    return {
        **row, "median_days": middle, "median_low": low, "median_high": high,
        **_share("advanced", shares["advance"], seen), "rejected": _first(shares["reject"], seen),
        "withdrawn": _first(shares["withdraw"], seen), "words": "; ".join(words),
    }  # fmt: skip


def _share(name: str, found: tuple[float, float, float] | None, seen: bool) -> dict[str, Value]:
    value, low, high = found or ((0.0, None, None) if seen else (None, None, None))
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _first(found: tuple[float, float, float] | None, seen: bool) -> float | None:
    return found[0] if found else 0.0 if seen else None


def _longest(clocks: Sequence[Clock]) -> str:
    """Which stage takes longest, if it is shown to take longer than every other."""
    able = [clock for clock in clocks if sum(clock.done) >= FEW]
    if len(able) < 2:
        return f"Longest stage: {TOO_FEW} (two stages that {FEW} people have left are asked for)."
    middles = {clock.name: survival.median(survival.kaplan_meier(clock.days, clock.done))[0] for clock in able}
    never = float("inf")
    slow = max(able, key=lambda clock: never if (middle := middles[clock.name]) is None else middle)
    rest = [clock for clock in able if clock is not slow]
    p = len(able) * max(survival.log_rank((slow.days, slow.done), (one.days, one.done)) for one in rest)
    middle = middles[slow.name]
    name = slow.name.removeprefix("in ")
    said = f"median {middle:.1f} days" if middle is not None else "half are not through yet"
    if p < LEVEL:
        return f"Longest stage: {name} ({said}), longer than every other ({p_said(p)})."
    return f"Longest stage: not shown; {name} is longest ({said}), but not surely longer than every other."
