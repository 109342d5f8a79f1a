"""Hidden tests as a reader meets them: by group, what lost points first, measured values between floor and target."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from grader.challenge import Challenge
from grader.pages.text import competency, number, size
from grader.records import Fault, Metric, TestResult, TestStatus
from grader.report.first import test_anchor

_OUTPUT = 2_400
"""Characters of one output on the page; the rest is in the evidence."""
_ALL_OUTPUT = 300_000
_MESSAGE = 360


class Meter(NamedTuple):
    """A measured value; `percent` is the way from floor (left) to target (right), also where lower is better."""

    name: str
    value: str
    floor: str
    target: str
    percent: float


class ResultRow(NamedTuple):
    """One test. `word` says the state, `icon` draws it; `tone` is empty, `bad` or `open`."""

    anchor: str
    name: str
    title: str
    icon: str
    word: str
    tone: str
    full: bool
    lead: str
    more: tuple[tuple[str, str], ...]
    """What folds away: a word, and text as it was printed."""
    meters: tuple[Meter, ...]
    points: str
    most: str


class Group(NamedTuple):
    """A group of tests with its points."""

    id: str
    title: str
    competency: str
    note: str
    points: str
    most: str
    lost: tuple[ResultRow, ...]
    full: tuple[ResultRow, ...]


def groups(tests: tuple[TestResult, ...], challenge: Challenge) -> list[Group]:
    """Tests by group, in the order of the challenge and then as they come; what lost points first."""
    by_group: dict[str, list[TestResult]] = {name: [] for name in challenge.groups}
    for test in tests:
        by_group.setdefault(test.group, []).append(test)
    room = _Room(_ALL_OUTPUT)
    short = Counter(test.id.rpartition("::")[2] for test in tests)
    return [_group(name, found, challenge, room, short) for name, found in by_group.items() if found]


class _Room:
    """Characters of output that the page still takes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str) -> str:
        most = min(_OUTPUT, self.left)
        shown = (
            text
            if len(text) <= most
            else f"{text[: most * 2 // 3]}\n… {len(text) - most:,} characters …\n{text[-(most // 3 or 1) :]}"
        )
        if most <= 0:
            return "Not shown here; kept in the evidence of the run."
        self.left -= len(shown)
        return shown


def _group(name: str, tests: list[TestResult], challenge: Challenge, room: _Room, short: Counter[str]) -> Group:
    rows = [_row(test, room, short) for test in tests]
    lost = sorted((row for row in rows if not row.full), key=lambda row: row.tone == "")
    full = [row for row in rows if row.full]
    return Group(
        id=f"g-{test_anchor(name)[2:]}",
        title=challenge.group_title(name),
        competency=competency(challenge.competency_of(name)),
        note=f"{len(full)} of {len(rows)} in full",
        points=number(sum(test.points for test in tests)),
        most=number(sum(test.max_points for test in tests)),
        lost=tuple(lost),
        full=tuple(full),
    )


def _row(test: TestResult, room: _Room, short: Counter[str]) -> ResultRow:
    icon, word, tone = _state(test)
    lead, rest = _lead(test)
    name = test.id.rpartition("::")[2]
    return ResultRow(
        anchor=test_anchor(test.id),
        name=name if short[name] == 1 else test.id,
        title=test.title,
        icon=icon,
        word=word,
        tone=tone,
        full=word == "passed",
        lead=lead,
        more=_more(test, rest, room),
        meters=tuple(map(_meter, test.metrics)),
        points=number(test.points),
        most=number(test.max_points),
    )


def _state(test: TestResult) -> tuple[str, str, str]:
    if test.status is TestStatus.PASSED:
        if test.points >= test.max_points - 1e-9:
            return "check", "passed", ""
        return ("half", "partly", "") if test.points > 0 else ("cross", "no points", "bad")
    if test.status is TestStatus.FAILED:
        return ("stop", "stopped at a limit", "bad") if test.limits else ("cross", "failed", "bad")
    return ("open", "could not be judged" if test.status is TestStatus.ERROR else "did not run", "open")


_FAULTS: dict[Fault | None, str] = {
    Fault.CHALLENGE: "The fault is the challenge’s; the points are open.",
    Fault.INFRASTRUCTURE: "The fault is the infrastructure’s; the points are open.",
}


def _lead(test: TestResult) -> tuple[str, str]:
    """What is said under the name, and the rest of a long message."""
    message = test.message.strip()
    first, _, rest = message.partition("\n")
    if len(first) > _MESSAGE:
        first, rest = first[:_MESSAGE] + "…", message
    parts = [first] if first else []
    if test.status in {TestStatus.ERROR, TestStatus.NOT_RUN}:
        parts.append(_FAULTS.get(test.fault, ""))
    return " ".join(filter(None, parts)), rest.strip("\n")


def _more(test: TestResult, rest: str, room: _Room) -> tuple[tuple[str, str], ...]:
    parts = [("Message", rest), ("Standard output", test.stdout), ("Standard error", test.stderr)]
    found = [(name, room.take(text.rstrip("\n"))) for name, text in parts if text.strip()]
    if test.dropped_bytes:
        found.append(("Not kept", f"{size(test.dropped_bytes)} of output beyond the limit."))
    return tuple(found)


def _meter(metric: Metric) -> Meter:
    unit = f" {metric.unit}" if metric.unit else ""
    return Meter(
        name=metric.name,
        value=number(metric.value) + unit,
        floor=number(metric.floor),
        target=number(metric.target),
        percent=round(100 * metric.credit, 1) if metric.floor != metric.target else 0.0,
    )
