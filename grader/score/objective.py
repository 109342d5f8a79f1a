"""Points of the hidden tests. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from grader.records import ObjectiveScore, TestResult


def score(tests: Iterable[TestResult]) -> ObjectiveScore:
    """Adds the points up. A test that could not be judged is neither earned nor lost: its points are open. A test that
    was not run because the submission used up its time has lost its points."""
    tests = tuple(tests)
    return ObjectiveScore(
        points=round(sum(test.points for test in tests), 4),
        max_points=round(sum(test.max_points for test in tests), 4),
        open_points=round(sum(test.max_points for test in tests if test.is_open), 4),
        tests=tests,
    )
