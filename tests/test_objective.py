"""Points of the hidden tests, and credit for measured values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.records import TestResult
from grader.score import objective
from tests.parts import measured, ran, results

finite = st.floats(-1e9, 1e9)


def test_points_add_up_and_open_ones_are_counted_apart() -> None:
    tests = [ran(1, 1), ran(0.5, 2), ran(0, 3), ran(0, 4, status="error"), ran(0, 5, status="not_run")]
    score = objective.score(tests)
    assert (score.points, score.max_points, score.open_points) == (1.5, 15, 4)
    assert score.tests == tuple(tests)


def test_no_tests_are_no_points() -> None:
    score = objective.score([])
    assert (score.points, score.max_points, score.open_points) == (0, 0, 0)


@given(results())
def test_points_stay_between_nothing_and_all(tests: tuple[TestResult, ...]) -> None:
    score = objective.score(tests)
    assert 0 <= score.points <= score.max_points + 1e-4
    assert 0 <= score.open_points <= score.max_points - score.points + 1e-4


@pytest.mark.parametrize(
    ("value", "floor", "target", "credit"),
    [(0.4, 0.4, 0.9, 0), (0.9, 0.4, 0.9, 1), (0.65, 0.4, 0.9, 0.5), (2, 0.4, 0.9, 1), (0, 0.4, 0.9, 0),
     (3, 4, 2, 0.5), (5, 4, 2, 0), (1, 4, 2, 1), (-1, -2, 0, 0.5)],
)  # fmt: skip
def test_credit_is_linear_between_floor_and_target(value: float, floor: float, target: float, credit: float) -> None:
    assert measured(value, floor, target).credit == pytest.approx(credit)


@given(finite, finite, finite.map(abs).filter(lambda gap: gap > 1e-6))
def test_credit_never_falls_when_the_value_gets_better(value: float, floor: float, gap: float) -> None:
    rising, falling = floor + gap, floor - gap
    if rising == floor or falling == floor:
        rising, falling = floor + 1e3, floor - 1e3
    better = measured(value + gap, floor, rising).credit
    assert 0 <= measured(value, floor, rising).credit <= better <= 1
    assert 0 <= measured(value, floor, falling).credit <= measured(value - gap, floor, falling).credit <= 1
