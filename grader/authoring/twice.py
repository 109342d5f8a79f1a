"""The same work on the same seed earns the same in each test: a test that draws or reads a clock by itself does not."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.authoring import hidden_needs
from grader.authoring.promises import SHOWN, TOLERANCE
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.challenge.findings import Finding, advice, broken, found
from grader.records import TestResult

PROMISE = "twice"
WORKS = 2
"""So many works beside the reference are run again: those with the most tests between nothing and all, where a
difference shows."""
MEASURED_UNITS = frozenset(
    {"s", "ms", "us", "µs", "min", "B", "bytes", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB", "times"}
)
"""Units of metrics that say what a run took, or how much more than another (docs/integrating.md): time and memory are
never the same to the last digit."""
_BY_ITSELF = frozenset({
    "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.process_time",
    "time.thread_time", "monotonic", "perf_counter", "os.getpid", "id",
})  # fmt: skip
"""Calls that give a work another outcome in each run, beside those that draw."""
_AT_ONCE = frozenset({"threading", "multiprocessing", "concurrent", "asyncio"})
"""Modules with which a work does several things at once, which end in another order each time."""


def check(runner: Runner, reference: Ran, others: Sequence[Ran], say: Say) -> list[Finding]:
    """What differs when the reference, and some of `others`, are run again on the seed they had.

    A difference breaks the promise, with two exceptions for works that are not the reference, which are advice: only
    metrics of time or memory differ, and what they earn; or the work draws, reads a clock or runs things at once, and
    no hidden test draws, as far as their files tell."""
    partial = sorted((ran for ran in others if _between(ran)), key=_between, reverse=True)
    works = [ran for ran in (reference, *partial[:WORKS]) if ran.observed and ran.submission]
    say(f"running {len(works)} submissions once more on the same seed")
    tasks = [Task(name=ran.name, submission=ran.submission) for ran in works if ran.submission]
    again = runner.run(tasks, lambda one, done: say(f"{done} of {len(tasks)}: {one.name} once more"))
    drawn = _drawn({f"tests/{name}": content for name, content in runner.challenge.tests.items()})
    findings = []
    for before, after in zip(works, again, strict=True):
        if differing := _differing(before, after):
            own = "" if drawn or not before.submission else _drawn(before.submission.files, work=True)
            measured = all(one.measured for one in differing)
            text, mend = _told(before, differing), _mend(drawn, own, measured=measured)
            say_it = advice if before is not reference and (measured or own) else broken
            findings.append(say_it(PROMISE, f"{text}. {mend}", runner.challenge.id))
    names = ", ".join(ran.name for ran in works)
    return findings or [found(PROMISE, f"the same points in each test on the same seed: {names}")]


def _between(ran: Ran) -> int:
    """How many tests of it earned something and not all."""
    return sum(TOLERANCE < test.points < test.max_points - TOLERANCE for test in ran.points.tests)


@dataclass(frozen=True, kw_only=True)
class _Differing:
    """What differs of one test. `measured`: by no more than what its metrics of time and memory earned."""

    text: str
    measured: bool = False


def _differing(before: Ran, after: Ran) -> list[_Differing]:
    if after.problem is not None:
        return [_Differing(text=after.problem.message)]
    first = {test.id: test for test in before.points.tests}
    second = {test.id: test for test in after.points.tests}
    found = []
    for name in dict.fromkeys((*first, *second)):
        one, other = first.get(name), second.get(name)
        points = [test.points if test else 0.0 for test in (one, other)]
        if one and other and one.status is not other.status:
            found.append(_Differing(text=f"{name} {one.status} and then {other.status}"))
        elif abs(points[0] - points[1]) > TOLERANCE:
            text = f"{name} {points[0]:g} and then {points[1]:g} points"
            found.append(_Differing(text=text, measured=bool(one and other and _took(one, other))))
    return found


def _took(one: TestResult, other: TestResult) -> bool:
    """Whether a test is the same twice but for what its metrics of time and memory measured."""
    counted = [[(m.name, m.value) for m in test.metrics if m.unit not in MEASURED_UNITS] for test in (one, other)]
    measured = [[m.name for m in test.metrics if m.unit in MEASURED_UNITS] for test in (one, other)]
    return counted[0] == counted[1] and measured[0] == measured[1] != []


def _told(before: Ran, differing: Sequence[_Differing]) -> str:
    text = "; ".join(one.text for one in differing[:SHOWN])
    more = f"; and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
    return f"{before.name}: the same seed, another outcome: {text}{more}"


def _mend(drawn: str, own: str, *, measured: bool) -> str:
    if measured:
        return "Only time and memory differ: let floor and target lie farther apart, and from what works take"
    if own:
        return f"The work may be what differs: {own}"
    return f"{drawn}: draw from the seed" if drawn else "Draw from the seed, read no clock"


def _drawn(files: Mapping[str, bytes], *, work: bool = False) -> str:
    """The first place, as `file:line has call()`, whose outcome is another one in each run; empty where none is seen.
    `work`: also clocks and what runs at once."""
    for name in sorted(files):
        try:
            tree = ast.parse(files[name]) if name.endswith(".py") else ast.Module(body=[], type_ignores=[])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        calls = [*hidden_needs.unseeded(tree), *(_by_itself(tree) if work else ())]
        if calls:
            line, call = min(calls)
            return f"{name}:{line} has {call}"
    return ""


def _by_itself(tree: ast.Module) -> list[tuple[int, str]]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [(node.lineno, name) for node in calls if (name := ast.unparse(node.func)) in _BY_ITSELF]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            whole = isinstance(node, ast.Import)
            names = [alias.name for alias in node.names] if whole else [getattr(node, "module", None) or ""]
            found += [(node.lineno, name) for name in names if name.partition(".")[0] in _AT_ONCE]
    return found
