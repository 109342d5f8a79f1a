"""A candidate's scorecard over the loop: competency by competency which round measured it, with what evidence, how many
people stand behind it, and what is still open. Pure. Missing is not zero: what is open widens the range.

Levels become points as a criterion's do in a grade: level 1 is 0, level 5 is 100. A competency is the mean of the
rounds that measure it, two parts to a primary, one to a secondary; the total is by the loop's weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from grader.loop.matrix import PRIMARY_PARTS, SECONDARY_PARTS, Loop, Round, Scorecard, Stage, loaded_from
from grader.review.combine import WIDE
from grader.review.loop_records import HomeState, LiveState, LoopView
from grader.review.visible import SideBySide

EPSILON = 1e-9
NO_KIT = "it has no kit, so nothing of it is kept here"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody wrote down, or what a grade says."""

    who: str
    level: int | None
    criterion: str
    texts: tuple[str, ...]
    cannot_judge: str = ""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one round says on one competency. Points of 100; `value` is None while nothing is known."""

    round_id: str
    title: str
    kind: Literal["primary", "secondary"]
    low: float
    value: float | None
    high: float
    people: int
    state: str
    case: str = ""
    """The case to read on in: a take-home's, or a live round's; empty where there is none yet."""
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One competency over the rounds."""

    id: str
    title: str
    weight: float
    low: float
    value: float | None
    high: float
    people: int
    measured: tuple[Measured, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a stage's rule says. It recommends to go on, or says what is below it or open; it never turns down."""

    stage: str
    title: str
    word: Literal["goes on", "below", "open"]
    reasons: tuple[str, ...]
    people: int
    """Independent people heard over the rounds so far."""
    decides: str
    sends: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A candidate's scorecard over the loop."""

    role: str
    blind: str
    rows: tuple[Row, ...]
    low: float
    value: float | None
    high: float
    people: int
    checks: tuple[Measured, ...]
    """Rounds that settle facts; they count in no level."""
    verdicts: tuple[Verdict, ...]


def overview(view: LoopView) -> Overview:
    """The scorecard, from what one person may see."""
    loop, scorecard = loaded_from(view.body)
    rows, low, value, high, people = _table(loop, scorecard, view, {one.id for one in loop.rounds})
    checks = tuple(_check(one, view) for one in loop.rounds if one.kind == "check")
    return Overview(
        role=loop.role, blind=view.blind, rows=rows, low=low, value=value, high=high, people=len(people),
        checks=checks, verdicts=tuple(_verdict(loop, scorecard, view, at) for at in range(len(loop.stages))),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the table


def _table(
    loop: Loop, scorecard: Scorecard, view: LoopView, rounds: set[str]
) -> tuple[tuple[Row, ...], float, float | None, float, set[str]]:
    """Rows, points of the whole (low, value, high) and the people behind them, over `rounds`."""
    found = []
    people: set[str] = set()
    for competency in scorecard.competencies:
        parts = [
            (part, who)
            for one in loop.rounds
            if one.id in rounds
            for part, who in [_measured(loop, one, competency.id, view)]
            if part is not None
        ]
        if parts:
            behind = set().union(*(who for _, who in parts))
            people |= behind
            title = competency.title or competency.id.replace("_", " ")
            found.append(_row(competency.id, title, loop.weights.get(competency.id, 0.0),
                              [part for part, _ in parts], len(behind)))  # fmt: skip
    whole = sum(row.weight for row in found)
    known = [row for row in found if row.value is not None]
    low = sum(row.weight * row.low for row in found) / whole if whole else 0.0
    high = sum(row.weight * row.high for row in found) / whole if whole else 100.0
    weight = sum(row.weight for row in known)
    value = sum(row.weight * (row.value or 0.0) for row in known) / weight if weight else None
    return tuple(found), low, value, high, people


def _row(name: str, title: str, weight: float, parts: Sequence[Measured], people: int) -> Row:
    def share(part: Measured) -> int:
        return PRIMARY_PARTS if part.kind == "primary" else SECONDARY_PARTS

    whole = sum(map(share, parts))
    known = [part for part in parts if part.value is not None]
    return Row(
        id=name, title=title, weight=weight, people=people, measured=tuple(parts),
        low=sum(share(part) * part.low for part in parts) / whole,
        high=sum(share(part) * part.high for part in parts) / whole,
        value=sum(share(part) * (part.value or 0.0) for part in known) / sum(map(share, known)) if known else None,
        open=tuple(f"{part.title}: {part.state}" for part in parts if part.value is None or part.low != part.high),
    )  # fmt: skip


def _measured(loop: Loop, one: Round, competency: str, view: LoopView) -> tuple[Measured | None, frozenset[str]]:
    """What a round says on a competency, and who stands behind it; None where it does not measure it."""
    row = loop.matrix.rows.get(one.id)
    if row is None or competency not in {row.primary, *row.secondary}:
        return None, frozenset()
    kind: Literal["primary", "secondary"] = "primary" if row.primary == competency else "secondary"
    face: dict[str, Any] = {"round_id": one.id, "title": one.title, "kind": kind}
    if one.kind == "take_home":
        homes = [home for home in view.homes if home.challenge in one.challenges]
        return _of_home(homes[-1] if homes else None, competency, face)
    if not one.kit:
        return _nothing(face, NO_KIT), frozenset()
    live = next((state for state in view.live if state.round_id == one.id), None)
    return _of_live(live, competency, face)


def _nothing(face: Mapping[str, Any], state: str, case: str = "") -> Measured:
    return Measured(**face, low=0.0, value=None, high=100.0, people=0, state=state, case=case)


def _of_home(
    home: HomeState | None, competency: str, face: Mapping[str, Any]
) -> tuple[Measured | None, frozenset[str]]:
    if home is None:
        return _nothing(face, "not handed in, or no case is opened yet"), frozenset()
    if not home.opened or home.grade is None:
        return _nothing(face, "being rated", home.case), frozenset()
    points = next((one for one in home.grade.competencies if one.id == competency), None)
    if points is None:  # its challenge does not measure it, whatever the matrix says
        return _nothing(face, "its grade has no points on it", home.case), frozenset()
    seen = tuple(
        Seen(who="people" if one.source == "human" else one.source, level=one.level, criterion=one.id,
             texts=tuple(filter(None, (one.reason, *(place.quote[:200] for place in one.evidence)))))
        for one in home.grade.criteria if one.competency == competency
    )  # fmt: skip
    by_people = [one.id for one in home.grade.criteria if one.competency == competency and one.id in home.behind]
    behind = frozenset[str]().union(*(home.behind[name] for name in by_people)) if by_people else home.people
    low, value, high = (100 * part / points.max_score for part in (points.low, points.score, points.high))
    state = "open to all" if points.low == points.high else "open to all, parts of its grade are open"
    found = Measured(**face, low=low, value=value, high=high, people=len(behind), state=state, case=home.case,
                     seen=seen)  # fmt: skip
    return found, behind


def _of_live(
    live: LiveState | None, competency: str, face: Mapping[str, Any]
) -> tuple[Measured | None, frozenset[str]]:
    if live is None:
        return _nothing(face, "nobody is asked to hold it yet"), frozenset()
    if not live.opened:
        return _nothing(face, "its cards are not open yet", live.case), frozenset()
    wanted = {str(one["id"]): one for one in live.criteria if one["competency"] == competency}
    sides = [side for side in live.sides if side.criterion in wanted]
    if not sides:
        return _nothing(face, "its card has nothing on it", live.case), frozenset()
    bounds = [(float(wanted[side.criterion].get("weight", 1.0)), _levels(side)) for side in sides]
    whole = sum(weight for weight, _ in bounds)
    behind = frozenset[str]().union(*(live.behind.get(name, frozenset()) for name in wanted))
    known = [(weight, middle) for weight, (_, middle, _) in bounds if middle is not None]
    low = sum(weight * least for weight, (least, _, _) in bounds) / whole
    high = sum(weight * most for weight, (_, _, most) in bounds) / whole
    measured = sum(weight for weight, _ in known)
    value = sum(weight * middle for weight, middle in known) / measured if known else None
    state = "open to all" if low == high else "open to all; levels lie apart, or a criterion could not be judged"
    found = Measured(
        **face, low=_points(low), value=None if value is None else _points(value), high=_points(high),
        people=len(behind), state=state, case=live.case, seen=_seen(live, sides),
    )  # fmt: skip
    return found, behind


def _levels(side: SideBySide) -> tuple[float, float | None, float]:
    """(low, middle, high) of a criterion in levels. Where people's levels lie far apart it is between them; a level
    that nobody gave could be any."""
    given = [one.said.level for one in side.sides if one.said.level is not None]
    if not given:
        return 1.0, None, 5.0
    if side.combined.level is not None:
        return (float(side.combined.level),) * 3
    if max(given) - min(given) >= WIDE:
        return float(min(given)), float(median(given)), float(max(given))
    return (float(median(given)),) * 3


def _points(level: float) -> float:
    return 25.0 * (level - 1.0)


def _seen(live: LiveState, sides: Sequence[SideBySide]) -> tuple[Seen, ...]:
    names = {str(one["id"]): str(one.get("title") or one["id"]) for one in live.criteria}
    return tuple(
        Seen(who=one.who, level=one.said.level, criterion=names[side.criterion],
             texts=tuple(filter(None, (*one.said.evidence, one.said.note))), cannot_judge=one.said.cannot_judge)
        for side in sides for one in side.sides
    )  # fmt: skip


def _check(one: Round, view: LoopView) -> Measured:
    """A round that settles facts: what was written down, and no points."""
    live = next((state for state in view.live if state.round_id == one.id), None)
    face: dict[str, Any] = {"round_id": one.id, "title": one.title, "kind": "secondary"}
    if live is None or not live.opened:
        return _nothing(face, "not open yet" if live else "nobody is asked to hold it yet", live.case if live else "")
    return Measured(**face, low=0.0, value=None, high=100.0, people=len(live.people), state="open to all",
                    case=live.case, seen=_seen(live, live.sides))  # fmt: skip


# ------------------------------------------------------------------------------------------------ what a rule says


def _verdict(loop: Loop, scorecard: Scorecard, view: LoopView, at: int) -> Verdict:
    """A stage's rule on the rounds up to it."""
    stage = loop.stages[at]
    so_far = {name for one in loop.stages[: at + 1] for name in one.rounds}
    rows, low, value, high, people = _table(loop, scorecard, view, so_far)
    below, unknown = [], _waits(loop, stage, view)
    by_id = {row.id: row for row in rows}
    for name, level in stage.goes_on.least.items():
        row = by_id.get(name)
        line = f"{row.title if row else name}: level {level} is asked for"
        if row is None or row.value is None:
            unknown.append(f"{line}, nothing is known yet")
        elif row.high < _points(level) - EPSILON:
            below.append(f"{line}, it is {_level(row.value)}")
        elif row.low < _points(level) - EPSILON:
            unknown.append(f"{line}, it lies between {_level(row.low)} and {_level(row.high)}")
    if stage.goes_on.total is not None and value is not None:
        line = f"{stage.goes_on.total:g} points of 100 are asked for"
        if high < stage.goes_on.total - EPSILON:
            below.append(f"{line}, it is {value:.0f}")
        elif low < stage.goes_on.total - EPSILON:
            unknown.append(f"{line}, it lies between {low:.0f} and {high:.0f}")
    asks = bool(stage.goes_on.least) or stage.goes_on.total is not None
    wanted = max(2, stage.goes_on.people) if asks else stage.goes_on.people
    if asks and len(people) < wanted:
        unknown.append(f"{len(people)} of at least {wanted} independent people have been heard")
    word: Literal["goes on", "below", "open"] = "open" if unknown else "below" if below else "goes on"
    return Verdict(stage=stage.id, title=stage.title, word=word, reasons=(*unknown, *below), people=len(people),
                   decides=stage.decides, sends=stage.sends)  # fmt: skip


def _waits(loop: Loop, stage: Stage, view: LoopView) -> list[str]:
    """Rounds of the stage that are not open yet."""
    opened = {state.round_id for state in view.live if state.opened}
    opened |= {one.id for one in loop.rounds for home in view.homes if home.opened and home.challenge in one.challenges}
    titles = {one.id: one.title for one in loop.rounds}
    kits = {one.id for one in loop.rounds if one.kit or one.kind == "take_home"}
    return [
        f"{titles.get(name, name)}: {'not open yet' if name in kits else NO_KIT}"
        for name in stage.rounds
        if name not in opened
    ]


def _level(points: float) -> str:
    return f"{1 + points / 25:.1f}"
