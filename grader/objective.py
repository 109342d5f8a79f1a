"""Points of the hidden tests. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from grader.records import ObjectiveScore, TestResult, TestStatus


def score(tests: Iterable[TestResult]) -> ObjectiveScore:
    """Adds the points up. A test that could not be judged is neither earned nor lost: its points are open. A test that
    was not run because the submission used up its time has lost its points."""
    tests = tuple(tests)
    return ObjectiveScore(
        points=round(sum(test.points for test in tests), 4),
        max_points=round(sum(test.max_points for test in tests), 4),
        open_points=round(sum(test.max_points for test in tests if is_open(test)), 4),
        tests=tests,
    )


def is_open(test: TestResult) -> bool:
    """Whether the test's points still wait for a person."""
    return test.status is TestStatus.ERROR
