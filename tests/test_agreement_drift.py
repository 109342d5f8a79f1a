"""Drift of raters against settled levels: one point a case, limits from how people scatter, nothing said of few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from grader.agreement.control import chart
from grader.agreement.drift import drift
from grader.agreement.thresholds import FEW
from grader.ratings.table import Rating

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def given(rater: str, gaps: Sequence[int], *, criteria: Sequence[str] = ("c",)) -> list[Rating]:
    """A level `gap` above the settled 3 on each case, a day apart."""
    return [
        Rating(item=f"case-{at}", criterion=name, rater=rater, level=3 + gap, rated_at=BEGAN + timedelta(days=at))
        for at, gap in enumerate(gaps) for name in criteria
    ]  # fmt: skip


def settled(count: int, *, criteria: Sequence[str] = ("c",)) -> list[Rating]:
    return [Rating(item=f"case-{at}", criterion=name, rater="lea", level=3, role="adjudicator")
            for at in range(count) for name in criteria]  # fmt: skip


STEADY = [1, -1, 0] * 20


def test_somebody_who_turns_severe_is_seen_and_the_other_is_not() -> None:
    turned = [*STEADY[:30], *[-1, -1, -2, -1] * 5]
    steady, severe = drift([*given("ann", STEADY[:50]), *given("ben", turned), *settled(50)])
    assert (steady.rater, severe.rater) == ("ann", "ben")
    assert steady.first is None
    assert severe.first is not None
    assert 31 < severe.first <= 45
    assert severe.points[-1].mean < severe.points[-1].low


def test_the_limits_are_those_of_the_scatter_from_case_to_case() -> None:
    """Of 1, −1, 0 in turn: steps of −2, 1, 1; by hand, the mean square of 59 steps over two."""
    (one,) = drift([*given("ann", STEADY), *settled(60)])
    squares = [4, 1, 1] * 20
    sd = (sum(squares[:59]) / (2 * 59)) ** 0.5
    assert one.points == chart(STEADY, sd=sd)


@pytest.mark.parametrize(("cases", "drawn"), [(FEW - 1, False), (FEW, True)])
def test_below_thirty_cases_nothing_is_drawn(cases: int, drawn: bool) -> None:
    (one,) = drift([*given("ann", STEADY[:cases]), *settled(cases)])
    assert one.n == cases
    assert bool(one.points) is drawn
    assert ("too few to tell" in one.reason) is not drawn


def test_six_criteria_of_one_case_are_one_point() -> None:
    names = ("a", "b", "c", "d", "e", "f")
    (one,) = drift([*given("ann", STEADY[:6], criteria=names), *settled(6, criteria=names)])
    assert one.n == 6
    assert one.points == ()


def test_what_was_not_settled_or_has_no_date_or_is_a_models_is_no_point() -> None:
    rows = given("ann", STEADY[:40])
    undated = [Rating(item="case-1", criterion="c", rater="ben", level=4)]
    judge = [Rating(item="case-1", criterion="c", rater="judge", level=4, role="judge", rated_at=BEGAN)]
    found = {one.rater: one.n for one in drift([*rows, *undated, *judge, *settled(35)])}
    assert found == {"ann": 35, "ben": 0}


def test_where_nobody_scatters_there_are_no_limits_and_that_is_said() -> None:
    (one,) = drift([*given("ann", [1] * 40), *settled(40)])
    assert one.points == ()
    assert "scatter" in one.reason


def test_points_come_in_the_order_in_which_cases_were_opened_not_in_that_of_the_rows() -> None:
    rows = given("ann", STEADY[:35])
    assert drift([*reversed(rows), *settled(35)]) == drift([*rows, *settled(35)])
