"""What a pack promises about what runs, against what was observed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from grader.authoring.entries import Listed, nearest_test
from grader.authoring.runs import Ran
from grader.challenge import Limits
from grader.challenge.findings import Finding, advice, broken, found
from grader.errors import ChallengeError, RefusedError
from grader.records import TestResult, TestStatus

if TYPE_CHECKING:
    from grader.grading.public import PublicResult

STARTER_SHARE = 0.15
"""Most that the starter may earn: what it earns, everybody has for nothing."""
TIME_MARGIN = 0.5
"""Most of `limits.total` that the reference may use: a slower machine and a slower but right solution need the rest."""
MEMORY_MARGIN = 0.75
TOLERANCE = 1e-6
SHOWN = 5


def reference(runs: Sequence[Ran], place: str) -> list[Finding]:
    """Full points on every seed, with the same tests each time."""
    findings = []
    for ran in runs:
        if ran.problem is not None:
            return [broken("reference", f"{ran.name}: {ran.problem.message}", place)]
        short = [test for test in ran.points.tests if test.points < test.max_points - TOLERANCE]
        if short:
            points = ran.points
            text = f"{ran.name}: {points.points:g} of {points.max_points:g} points. {_tests(short)}"
            findings.append(broken("reference", text, place, tests=[test.id for test in short]))
    lists = {tuple((test.id, test.max_points) for test in ran.points.tests) for ran in runs}
    if len(lists) > 1:
        findings.append(broken("reference", "the list of tests or their points change with the seed", place))
    if findings:
        return findings
    points = runs[0].points
    count = f"{len(runs)} seed{'s' if len(runs) > 1 else ''}"
    return [found("reference", f"all {points.max_points:g} points in {len(points.tests)} tests on {count}", place)]


def budget(runs: Sequence[Ran], limits: Limits, place: str) -> list[Finding]:
    """The reference leaves room below the time and memory that candidates get."""
    seconds = max(ran.candidate_seconds for ran in runs)
    memory = max((test.peak_memory or 0 for ran in runs for test in ran.points.tests), default=0)
    shown = f"the reference takes up to {seconds:.2f} s of the {limits.total:g} s that candidates get"
    facts: dict[str, Any] = {"seconds": round(seconds, 3), "total": limits.total, "peak_memory": memory}
    findings = []
    if seconds > TIME_MARGIN * limits.total:
        text = f"{shown}; at most {TIME_MARGIN:.0%} leaves room for slower machines and slower right answers"
        findings.append(broken("budget", text, place, **facts))
    if memory > MEMORY_MARGIN * limits.memory:
        text = f"the reference needs {memory / 1e6:.0f} MB of {limits.memory / 1e6:.0f} MB of memory"
        findings.append(broken("budget", text, place, **facts))
    return findings or [found("budget", f"{shown}, and {memory / 1e6:.0f} MB of {limits.memory / 1e6:.0f} MB", **facts)]


def public(run: Callable[[], PublicResult], place: str) -> Finding:
    """The public tests, which each candidate runs, pass on the reference."""
    try:
        result = run()
    except (ChallengeError, RefusedError) as problem:
        return broken("public", problem.message, place)
    if result.passed:
        return found("public", "the reference passes the public tests", place)
    last = next((line for line in reversed(result.output.splitlines()) if line.strip()), "")
    return broken("public", f"the reference does not pass the public tests: {result.message} ({last})", place)


def starter(ran: Ran, place: str) -> Finding:
    """What everybody starts from earns next to nothing."""
    if ran.problem is not None:
        return broken("starter", ran.problem.message, place)
    earned = [test for test in ran.points.tests if test.points > 0]
    if ran.share > STARTER_SHARE:
        text = f"earns {ran.share:.0%} for nothing (at most {STARTER_SHARE:.0%}): "
        return broken("starter", text + _ids(earned), place, share=ran.share)
    return found("starter", f"earns {ran.share:.0%}", place, share=ran.share)


def entry(listed: Listed, ran: Ran, tests: Sequence[str]) -> list[Finding]:
    """A shipped submission has its status, its share in range, and its tests fail. `tests`: ids of all hidden tests."""
    promised, place = listed.entry, listed.place
    status = "refused" if isinstance(ran.problem, RefusedError) else "graded"
    if ran.problem is not None and status != "refused":
        return [broken("submissions", f"{promised.path}: {ran.problem.message}", place)]
    if status != promised.status:
        why = f" ({ran.problem.message})" if ran.problem else ""
        return [broken("submissions", f"{promised.path} is {status}{why}, not {promised.status}", place)]
    if ran.problem is not None:
        return [found("submissions", f"{promised.path} is refused: {ran.problem.message}", place)]
    problems = [*_range(listed, ran), *_fails(listed, ran, tests), *_unjudged(listed, ran)]
    share = f"{promised.path} earns {ran.share:.1%}"
    rest = f", and loses all of {len(promised.fails)} named tests" if len(promised.fails) > 1 else ""
    rest = ", and loses all of the named test" if len(promised.fails) == 1 else rest
    return problems or [found("submissions", share + rest, place, share=round(ran.share, 4))]


def _range(listed: Listed, ran: Ran) -> list[Finding]:
    low, high = listed.entry.objective
    if low - TOLERANCE <= ran.share <= high + TOLERANCE:
        return []
    text = f"{listed.entry.path} earns {ran.share:.1%} of the points, promised are {low:.0%} to {high:.0%}"
    if ran.share < low:
        text += f". Lost: {_tests([test for test in ran.points.tests if test.points < test.max_points - TOLERANCE])}"
    else:
        text += f". Earned: {_ids([test for test in ran.points.tests if test.points > 0])}"
    return [broken("submissions", text, listed.at("objective"), share=round(ran.share, 4))]


def _fails(listed: Listed, ran: Ran, tests: Sequence[str]) -> list[Finding]:
    """A named test fails when the submission earns nothing in it; how it comes to nothing does not matter."""
    results = {test.id: test for test in ran.points.tests}
    findings = []
    for number, name in enumerate(listed.entry.fails):
        test = results.get(name)
        if test is None:
            text = f"{listed.entry.path}: there is no test {name}{nearest_test(name, tests)}"
            findings.append(broken("submissions", text, listed.at(number)))
        elif test.points > 0 or (not test.max_points and test.status is TestStatus.PASSED):
            text = f"{listed.entry.path}: {name} should fail, but earns {test.points:g} of {test.max_points:g} points"
            findings.append(broken("submissions", text, listed.at(number)))
    return findings


def _unjudged(listed: Listed, ran: Ran) -> list[Finding]:
    open_tests = [test for test in ran.points.tests if test.status is TestStatus.ERROR or test.stumbled]
    if not open_tests:
        return []
    text = f"{listed.entry.path}: a test raised something of its own, so it has to check what it gets: "
    text += _tests(open_tests)
    return [broken("submissions", text, listed.place)]


def ranges(runs: Sequence[tuple[Listed, Ran]]) -> list[Finding]:
    """Rejected submissions earn less than accepted ones: else the tests do not tell them apart."""
    shares = {
        kind: [ran.share for one, ran in runs if one.entry.kind == kind and ran.observed]
        for kind in ("accepted", "rejected")
    }
    if not shares["accepted"] or not shares["rejected"]:
        return []
    low, high = min(shares["accepted"]), max(shares["rejected"])
    if high < low:
        return []
    return [advice("submissions", f"a rejected submission earns {high:.0%}, an accepted one only {low:.0%}")]


def _tests(tests: Sequence[TestResult]) -> str:
    """Tests with the first line of why, as many as can be read."""
    shown = [f"{test.id}: {reason(test)}" for test in tests]
    return "; ".join(shown[:SHOWN]) + (f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else "")


def reason(test: TestResult) -> str:
    """Why points were lost, in a line; empty where none were."""
    if test.message.strip():
        return test.message.strip().splitlines()[0]
    if test.points >= test.max_points:
        return ""
    measured = ", ".join(f"{m.name} {m.value:g} (target {m.target:g})" for m in test.metrics if m.credit < 1)
    return f"{test.points:g} of {test.max_points:g} points" + (f", {measured}" if measured else "")


def _ids(tests: Sequence[TestResult]) -> str:
    shown = [f"{test.id} ({test.points:g})" for test in sorted(tests, key=lambda test: -test.points)]
    return ", ".join(shown[:SHOWN]) + (f", and {len(shown) - SHOWN} more" if len(shown) > SHOWN else "")
