"""What the first screen of a report shows: the score on its scale, each competency, what is open, the facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from grader.challenge import Challenge
from grader.pages.text import competency, count, date, duration, listed, near, number, sentence, size, span
from grader.records import CompetencyScore, Grade, Open
from grader.report import wording

_MOST_FLAGS = 6


class Bar(NamedTuple):
    """A row of the scale. Figures are percent of its points; `state` is met, open, missed, or empty without a mark."""

    id: str
    title: str
    primary: bool
    low: float
    high: float
    mark: float | None
    text: str
    mark_text: str
    state: str


class Total(NamedTuple):
    """The score itself: the middle, the range, and where the pass mark lies."""

    value: str
    span: str
    middle: float
    low: float
    high: float
    most: str
    mark: float
    mark_text: str
    state: str
    settled: bool
    """Whether nothing could move the score any more: neither an open part nor the judge's error."""


class Todo(NamedTuple):
    """Something open, or a flag: what it is, why, who can close it."""

    titles: tuple[tuple[str, str], ...]
    """Link target and words; the target is empty where there is nothing to go to."""
    reason: str
    who: str
    effect: str
    points: str
    decides: bool


class Flag(NamedTuple):
    """A sentence for a person to read, and the places of the submission that it names: path, first and last line."""

    text: str
    places: tuple[tuple[str, int, int], ...] = ()


def total(grade: Grade, challenge: Challenge) -> Total | None:
    score = grade.score
    if score is None:
        return None
    mark = challenge.pass_mark
    return Total(
        value=near(score.value, mark if score.low == score.high else None),
        span=span(score.low, score.high, mark),
        middle=_percent(score.value, score.max),
        low=_percent(score.low, score.max),
        high=_percent(score.high, score.max),
        most=number(score.max),
        mark=_percent(mark, score.max),
        mark_text=number(mark),
        state=_state(score.low, score.high, mark),
        settled=score.low == score.high,
    )


def bars(grade: Grade, challenge: Challenge) -> list[Bar]:
    """A row for each competency, the primary one first, then in the order of the grade."""
    primary = challenge.primary_competency
    entries = sorted(grade.competencies, key=lambda entry: entry.id != primary)
    return [_bar(entry, challenge, entry.id == primary) for entry in entries]


def _bar(entry: CompetencyScore, challenge: Challenge, primary: bool) -> Bar:
    minimum = wording.minimum_points(entry, challenge)
    mark = None if minimum is None else _percent(minimum, entry.max_score)
    low, high = _percent(entry.low, entry.max_score), _percent(entry.high, entry.max_score)
    return Bar(
        id=entry.id,
        title=competency(entry.id),
        primary=primary,
        low=low,
        high=high,
        mark=mark,
        text=f"{span(low, high, mark)} %",
        mark_text="no minimum" if mark is None else f"min {number(mark)}",
        state="" if mark is None else _state(low, high, mark),
    )


def _percent(value: float, most: float) -> float:
    return round(100 * value / most, 4) if most else 0.0


def _state(low: float, high: float, mark: float) -> str:
    if low >= mark - 1e-6:
        return "met"
    return "missed" if high < mark - 1e-6 else "open"


# ---------------------------------------------------------------------------------------------- open, and flags


def todos(grade: Grade, challenge: Challenge) -> list[Todo]:
    """The open parts: what decides first, then what weighs most; parts alike in all but their name are one entry."""
    order = sorted(grade.open, key=lambda entry: (not entry.decides, entry.reason, entry.who_can_close, -entry.points))
    alike = [list(group) for _, group in groupby(order, key=lambda e: (e.decides, e.reason, e.who_can_close))]
    alike.sort(key=lambda group: (not group[0].decides, -sum(entry.points for entry in group)))
    return [_todo(group, grade, challenge) for group in alike]


def _todo(group: list[Open], grade: Grade, challenge: Challenge) -> Todo:
    names = {criterion.id: criterion for criterion in grade.criteria}
    titles = tuple(
        (f"c-{entry.criterion}", wording.short_name(entry.criterion, challenge))
        if entry.criterion in names
        else (test_anchor(entry.criterion), entry.criterion)
        for entry in group
    )
    only = names.get(group[0].criterion) if len(group) == 1 else None
    points = sum(entry.points for entry in group)
    effect = wording.levels_in_words(only, grade, challenge) if only else ""
    if not effect and not group[0].decides:
        effect = "It moves the score, not the outcome by itself." if len(group) == 1 else ""
    return Todo(
        titles=titles,
        reason=sentence(group[0].reason),
        who=sentence(group[0].who_can_close).removesuffix("."),
        effect=effect,
        points=f"{number(points)} points" if points else "",
        decides=group[0].decides,
    )


def test_anchor(test: str) -> str:
    """Id on the page of a hidden test."""
    return "t-" + re.sub(r"[^A-Za-z0-9_.:-]", "_", test)


_PLACE = re.compile(r"(?P<path>[^\s,:]{1,200})(?:, lines? |:)(?P<start>\d{1,6})(?:[–-](?P<end>\d{1,6}))?")


def flags(grade: Grade, paths: Collection[str]) -> list[Flag]:
    """The grade's flags, with the lines they name where those are in the submission."""
    return [
        Flag(text, tuple(_place(one) for one in _PLACE.finditer(text) if one["path"] in paths)) for text in grade.flags
    ]


def _place(found: re.Match[str]) -> tuple[str, int, int]:
    start = int(found["start"])
    return found["path"], start, max(start, int(found["end"] or start))


# ---------------------------------------------------------------------------------------------- facts


def facts(grade: Grade, challenge: Challenge) -> list[tuple[str, str, str]]:
    """Word, value and link target: a line of things that a reader asks for next."""
    found = [("Hidden tests", _tests_fact(grade), "tests"), ("Criteria", _criteria_fact(grade, challenge), "criteria")]
    found.append(("Time", _time_fact(grade.submission, challenge), ""))
    found.append(("Handed in", _files_fact(grade.submission), "code"))
    found.append(("Limits", _limits_fact(grade), "run"))
    return [entry for entry in found if entry[1]]


def _tests_fact(grade: Grade) -> str:
    if grade.objective is None or not grade.objective.tests:
        return ""
    text = f"{number(grade.objective.points)} of {number(grade.objective.max_points)} points"
    return text + (f" · {number(grade.objective.open_points)} open" if grade.objective.open_points else "")


def _criteria_fact(grade: Grade, challenge: Challenge) -> str:
    if not grade.criteria:
        return ""
    earned, closed, left = criteria_points(grade, challenge)
    if not closed:
        return f"{number(left)} points, all open"
    return f"{number(earned)} of {number(closed)} points" + (f" · {number(left)} open" if left else "")


def criteria_points(grade: Grade, challenge: Challenge) -> tuple[float, float, float]:
    """Points earned by criteria, points of those that count, points still open; on the scale of the total."""
    earned = closed = left = 0.0
    for criterion in grade.criteria:
        full, own = wording.full_points(criterion, grade, challenge), wording.earned_points(criterion, grade, challenge)
        earned, closed, left = (earned, closed, left + full) if own is None else (earned + own, closed + full, left)
    return earned, closed, left


def _time_fact(submission: Mapping[str, Any], challenge: Challenge) -> str:
    asked = duration(challenge.time.working)
    minutes = submission.get("minutes")
    return f"{duration(60 * minutes)} of {asked}, as told by the candidate" if minutes else f"{asked} asked for"


def _files_fact(submission: Mapping[str, Any]) -> str:
    if "files" not in submission:
        return ""
    text = f"{count(int(submission['files']), 'file')}, {size(float(submission.get('bytes') or 0))}"
    left = submission.get("left_out") or ()
    return text + (f" · {len(left)} left out" if left else "")


def _limits_fact(grade: Grade) -> str:
    if grade.objective is None:
        return ""
    hit: dict[str, int] = {}
    for test in grade.objective.tests:
        for name in test.limits:
            hit[name] = hit.get(name, 0) + 1
    named = [f"{_LIMITS.get(name, name)} in {count(times, 'test')}" for name, times in hit.items()]
    return listed(named) or "none hit"


_LIMITS = {"call": "time of a call", "total": "time of all calls", "reply": "size of a reply"}


def started(grade: Grade, *, clock: bool = False) -> str:
    return date(grade.provenance["started_at"], clock=clock) if grade.provenance.get("started_at") else ""
