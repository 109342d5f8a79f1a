"""The same work on the same seed earns the same in each test: a test that draws or reads a clock by itself does not."""

from __future__ import annotations

from collections.abc import Sequence

from grader.authoring.promises import SHOWN, TOLERANCE
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.challenge.findings import Finding, advice, broken, found

PROMISE = "twice"
WORKS = 2
"""So many works beside the reference are run again: those with the most tests between nothing and all, where a
difference shows."""


def check(runner: Runner, reference: Ran, others: Sequence[Ran], say: Say) -> list[Finding]:
    """What differs when the reference, and some of `others`, are run again on the seed they had. A reference that
    differs breaks the promise; of another work it may be the work that draws."""
    partial = sorted((ran for ran in others if _between(ran)), key=_between, reverse=True)
    works = [ran for ran in (reference, *partial[:WORKS]) if ran.observed and ran.submission]
    say(f"running {len(works)} submissions once more on the same seed")
    tasks = [Task(name=ran.name, submission=ran.submission) for ran in works if ran.submission]
    again = runner.run(tasks, lambda one, done: say(f"{done} of {len(tasks)}: {one.name} once more"))
    findings = []
    for before, after in zip(works, again, strict=True):
        if differing := _differing(before, after):
            text = f"{before.name}: the same seed, another outcome: {'; '.join(differing[:SHOWN])}"
            more = f"; and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
            say_it = broken if before is reference else advice
            findings.append(say_it(PROMISE, f"{text}{more}. Draw from the seed, read no clock", runner.challenge.id))
    names = ", ".join(ran.name for ran in works)
    return findings or [found(PROMISE, f"the same points in each test on the same seed: {names}")]


def _between(ran: Ran) -> int:
    """How many tests of it earned something and not all."""
    return sum(TOLERANCE < test.points < test.max_points - TOLERANCE for test in ran.points.tests)


def _differing(before: Ran, after: Ran) -> list[str]:
    if after.problem is not None:
        return [after.problem.message]
    first = {test.id: test.points for test in before.points.tests}
    second = {test.id: test.points for test in after.points.tests}
    return [
        f"{name} {first.get(name, 0):g} and then {second.get(name, 0):g} points"
        for name in dict.fromkeys((*first, *second))
        if abs(first.get(name, 0) - second.get(name, 0)) > TOLERANCE
    ]
