"""`grade analyse funnel`: of those who came in together, how many ever reached each stage, and where they stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.agreement.significance import wilson
from grader.analytics.charts import Span, Spans
from grader.analytics.events import StageEvent, by_candidate, cohort_of, stage_order
from grader.analytics.figures.several import holm
from grader.analytics.figures.shares import fisher
from grader.analytics.figures.tails import chi_square_above
from grader.analytics.report import FEW, LEVEL, TOO_FEW, Report, Value, columns, p_said, rows_of, said

COLUMNS = columns(
    "cohort|Cohort; stage|Stage; cohort_size|Came in|count; reached|Ever reached|count; share|Of all|share;"
    "low|from|share; high|to|share; open|Still in it|count; rejected|Rejected|count; withdrawn|Withdrew|count;"
    "unclear|Left, not said how|count; decided|Went on or out|count; onward|Went on|count; onward_share|Of those|share;"
    "onward_low|from|share; onward_high|to|share; words|In words"
)


@dataclass(kw_only=True)
class Step:
    """Counts of one cohort in one stage."""

    reached: int = 0
    open: int = 0
    rejected: int = 0
    withdrawn: int = 0
    unclear: int = 0
    onward: int = 0

    @property
    def decided(self) -> int:
        return self.reached - self.open


def funnel(events: Sequence[StageEvent], *, by: str = "all", stages: Sequence[str] = ()) -> Report:
    """Cohorts by first entry; who is seen in a stage has reached all before it, whatever was written down of those."""
    order = stage_order(events, stages)
    named = cohort_of(by)
    cohorts: dict[str, list[Sequence[StageEvent]]] = {}
    for way in by_candidate(events).values():
        cohorts.setdefault(named(way), []).append(way)
    counts = {name: _steps(ways, order) for name, ways in sorted(cohorts.items())}
    rows = [
        _row(name, stage, len(cohorts[name]), step, last=stage == order[-1])
        for name, steps in counts.items()
        for stage, step in zip(order, steps, strict=True)
    ]
    whole = _steps([way for ways in cohorts.values() for way in ways], order)
    notes = [
        f"{sum(map(len, cohorts.values())):,} candidates by the date of their first entry; stages: {', '.join(order)}.",
        said("""'Ever reached' counts who got to the stage or beyond it, whatever their state is now. 'Went on' is of
        those who left the stage; who is still in it is counted beside, in neither."""),
        *_narrowest(order, whole),
        *(_differing(order, counts) if len(counts) > 1 else []),
    ]
    return Report(
        name="funnel", title="Funnel: how far candidates came", columns=COLUMNS, rows=rows_of(COLUMNS, rows),
        notes=tuple(notes), charts=(_chart(order, whole),),
    )  # fmt: skip


def _steps(ways: Sequence[Sequence[StageEvent]], order: Sequence[str]) -> list[Step]:
    place = {stage: at for at, stage in enumerate(order)}
    steps = [Step() for _ in order]
    for way in ways:
        deepest = max(way, key=lambda one: (place[one.stage], one.entered))
        at = place[deepest.stage]
        for step in steps[:at]:
            step.reached += 1
            step.onward += 1
        last = steps[at]
        last.reached += 1
        if deepest.left is None:
            last.open += 1
        elif deepest.exit == "advance":
            last.onward += 1
        elif deepest.exit == "reject":
            last.rejected += 1
        elif deepest.exit == "withdraw":
            last.withdrawn += 1
        else:
            last.unclear += 1
    return steps


def _row(cohort: str, stage: str, size: int, step: Step, *, last: bool) -> Mapping[str, Value]:
    low, high = wilson(step.reached, size) or (None, None)
    decided = step.decided
    onward = wilson(step.onward, decided) or (None, None)
    words = "nobody has left it yet" if not decided else TOO_FEW if decided < FEW else ""
    words = "; ".join(filter(None, [words, f"{step.open:,} still open" if step.open else ""]))
    return {
        "cohort": cohort, "stage": stage, "cohort_size": size, "reached": step.reached, "share": step.reached / size,
        "low": low, "high": high, "open": step.open, "rejected": step.rejected, "withdrawn": step.withdrawn,
        "unclear": step.unclear, "decided": decided, "onward": step.onward,
        "onward_share": step.onward / decided if decided else None, "onward_low": onward[0], "onward_high": onward[1],
        "words": words or ("the last stage" if last else ""),
    }  # fmt: skip


def _narrowest(order: Sequence[str], steps: Sequence[Step]) -> list[str]:
    """Which stage lets the fewest on, if it is shown to be less than every other."""
    able = [(stage, step) for stage, step in zip(order[:-1], steps[:-1], strict=True) if step.decided >= FEW]
    if len(able) < 2:
        return [f"Narrowest stage: {TOO_FEW} (two stages that {FEW} people have left are asked for)."]
    able.sort(key=lambda one: one[1].onward / one[1].decided)
    (stage, least), others = able[0], able[1:]
    p = max(fisher(least.onward, least.decided, one.onward, one.decided)[0] for _, one in others) * len(able)
    share = f"{100 * least.onward / least.decided:.0f} % of {least.decided:,} went on"
    if p < LEVEL:
        return [f"Narrowest stage: {stage} ({share}), less than in every other ({p_said(p)})."]
    return [f"Narrowest stage: not shown; {stage} is lowest ({share}), but not surely lower than every other."]


def _differing(order: Sequence[str], counts: Mapping[str, Sequence[Step]]) -> list[str]:
    """Stages whose share going on differs between cohorts, over all stages at once."""
    tested = [(stage, p) for at, stage in enumerate(order[:-1]) if (p := _same_share([s[at] for s in counts.values()]))]
    adjusted = holm([p for _, p in tested])
    found = [f"{stage} ({p_said(p)})" for (stage, _), p in zip(tested, adjusted, strict=True) if p < LEVEL]
    if not tested:
        return [f"Between cohorts: {TOO_FEW}."]
    return ["Between cohorts: " + (f"{', '.join(found)} differs." if found else "no difference shown in any stage.")]


def _same_share(steps: Sequence[Step]) -> float | None:
    """p of "one share for all cohorts", by Pearson's chi-square; None where too few have left the stage."""
    used = [step for step in steps if step.decided >= FEW]
    total, hits = sum(step.decided for step in used), sum(step.onward for step in used)
    if len(used) < 2 or hits in {0, total}:
        return None
    share = hits / total
    statistic = sum((step.onward - step.decided * share) ** 2 / (step.decided * share * (1 - share)) for step in used)
    return chi_square_above(statistic, len(used) - 1)


def _chart(order: Sequence[str], steps: Sequence[Step]) -> Spans:
    size = steps[0].reached
    spans = []
    for stage, step in zip(order, steps, strict=True):
        low, high = wilson(step.reached, size) or (None, None)
        words = f"{step.reached:,} of {size:,}"
        spans.append(Span(label=stage, value=step.reached / size, low=low, high=high, words=words))
    return Spans(title="Ever reached, all cohorts", spans=tuple(spans), start=0, end=1, percent=True)
