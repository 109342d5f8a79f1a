"""How points and levels become a grade: the rules as properties, and the borders by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.challenge import Challenge
from grader.challenge.rubric import Criterion
from grader.errors import UsageError
from grader.grading.grade import flags_of
from grader.records import CriterionResult, JudgeResult, TestResult, TestStatus, VerifierResult
from grader.score import objective
from grader.score.combine import Combined, combine, flags, groups_astray, shares, unscored
from grader.submission import make_submission
from tests import parts
from tests.parts import challenge, criterion, ran

Tests = tuple[TestResult, ...]
Criteria = tuple[CriterionResult, ...]
NEAR = 5e-4
"""Sums are rounded to four digits; a few of them may differ by this."""


def grade(about: Challenge, tests: Tests = (), criteria: Criteria = ()) -> Combined:
    return combine(about, objective.score(tests), criteria)


def worth_something(about: Challenge, tests: Tests, criteria: Criteria) -> bool:
    return bool(criteria) or any(test.max_points for test in tests)


def everything(test: Callable[..., None]) -> Callable[[], None]:
    """Runs `test` with challenges, tests and criteria of all kinds."""
    return settings(max_examples=60)(given(parts.challenges(), parts.results(), parts.criteria())(test))


def settle(tests: Tests, criteria: Criteria, *, best: bool) -> tuple[Tests, Criteria]:
    """What it would be if each open part came out at its best, or at its worst."""
    closed = tuple(
        replace(test, status=TestStatus.PASSED, points=test.max_points if best else 0.0) if test.is_open else test
        for test in tests
    )
    levels = tuple(
        replace(item, level=5 if best else 1, accepted=True, details={}) if item.level is None else item
        for item in criteria
    )
    return closed, levels


# ------------------------------------------------------------------------------------------------ rules


@everything
def test_low_value_and_high_are_in_order(about: Challenge, tests: Tests, criteria: Criteria) -> None:
    found = grade(about, tests, criteria)
    assert 0 <= found.score.low <= found.score.value <= found.score.high <= 100
    for entry in found.competencies:
        assert 0 <= entry.low <= entry.score <= entry.high <= entry.max_score


@everything
def test_competencies_add_up_to_the_whole(about: Challenge, tests: Tests, criteria: Criteria) -> None:
    assume(worth_something(about, tests, criteria))
    found = grade(about, tests, criteria)
    assert sum(entry.max_score for entry in found.competencies) == pytest.approx(100, abs=NEAR)
    for key, total in (("score", found.score.value), ("low", found.score.low), ("high", found.score.high)):
        assert sum(getattr(entry, key) for entry in found.competencies) == pytest.approx(total, abs=NEAR)


@everything
def test_the_range_is_what_the_open_parts_can_still_make(about: Challenge, tests: Tests, criteria: Criteria) -> None:
    criteria = tuple(replace(item, low=None, high=None) for item in criteria)
    found = grade(about, tests, criteria)
    for best, bound in ((False, found.score.low), (True, found.score.high)):
        closed = grade(about, *settle(tests, criteria, best=best))
        assert closed.open == ()
        assert closed.score.final
        assert closed.score.low == closed.score.high
        assert closed.score.value == pytest.approx(bound, abs=NEAR)


@everything
def test_a_grade_is_final_when_nothing_is_open(about: Challenge, tests: Tests, criteria: Criteria) -> None:
    found = grade(about, tests, criteria)
    assert found.score.final == (found.open == ())
    assert (found.recommendation == "needs_review") or found.score.final
    assert sum(part.points for part in found.open) <= 100 + NEAR


@everything
def test_the_same_observations_give_the_same_grade(about: Challenge, tests: Tests, criteria: Criteria) -> None:
    assert grade(about, tests, criteria) == grade(about, tests, criteria)


@settings(max_examples=50)
@given(parts.challenges(), parts.results(1), parts.criteria(1), st.sampled_from([0.5, 3.0, 10.0]))
def test_only_the_proportion_of_weights_matters(
    about: Challenge, tests: Tests, criteria: Criteria, factor: float
) -> None:
    scaled = tuple(replace(test, points=test.points * factor, max_points=test.max_points * factor) for test in tests)
    heavier = tuple(replace(item, weight=item.weight * factor) for item in criteria)
    before, after = grade(about, tests, criteria), grade(about, scaled, heavier)
    for key in ("low", "value", "high"):
        assert getattr(after.score, key) == pytest.approx(getattr(before.score, key), abs=1e-2)


@everything
def test_a_part_decides_only_when_changing_it_alone_flips_the_outcome(
    about: Challenge, tests: Tests, criteria: Criteria
) -> None:
    """Held against a second reckoning: close all other parts at half, this one at both ends, and compare."""
    criteria = tuple(replace(item, low=None, high=None) for item in criteria)
    for part in grade(about, tests, criteria).open:
        outcomes = {_outcome(about, tests, criteria, part.criterion, best) for best in (False, True)}
        assert part.decides == (len(outcomes) == 2), part


def _outcome(about: Challenge, tests: Tests, criteria: Criteria, name: str, best: bool) -> bool:
    """Whether the mark and every minimum are reached, reckoned in points without the grader's own sums."""
    for_tests, for_criteria = shares(about, objective.score(tests), criteria)
    most, weight = sum(test.max_points for test in tests), sum(item.weight for item in criteria)
    earned: dict[str, list[tuple[float, float]]] = {}
    for test in tests:
        share = 0.5 if test.is_open else test.points / test.max_points if test.max_points else 0.0
        share = float(best) if test.id == name else share
        worth = for_tests * test.max_points / most if most else 0.0
        earned.setdefault(about.competency_of(test.group), []).append((worth * share, worth))
    for item in criteria:
        share = 0.5 if item.level is None else (item.level - 1) / 4
        share = float(best) if item.id == name else share
        worth = for_criteria * item.weight / weight
        earned.setdefault(item.competency, []).append((worth * share, worth))
    total = round(sum(points for entry in earned.values() for points, _ in entry), 4)
    met = all(
        sum(points for points, _ in earned[key]) / sum(worth for _, worth in earned[key]) >= minimum - 1e-6
        for key, minimum in about.minimums.items()
        if sum(worth for _, worth in earned.get(key, [])) > 0
    )
    return total >= about.pass_mark - 1e-6 and met


# ------------------------------------------------------------------------------------------------ by hand


def test_tests_and_criteria_share_the_whole() -> None:
    found = grade(challenge(), (ran(1, 1), ran(0, 1)), (criterion(5), criterion(1, id="l")))
    assert found.score.value == 60 / 2 + 40 / 2


@pytest.mark.parametrize(("level", "points"), [(1, 0), (2, 25), (3, 50), (4, 75), (5, 100)])
def test_levels_are_equal_steps_and_the_first_earns_nothing(level: int, points: float) -> None:
    assert grade(challenge(), (), (criterion(level),)).score.value == points


def test_a_side_that_is_not_there_gives_its_share_away() -> None:
    assert grade(challenge(), (ran(1, 1),)).score.value == 100
    assert grade(challenge(), (), (criterion(5),)).score.value == 100
    assert grade(challenge(objective=100, subjective=0), (), (criterion(5),)).score.value == 100
    assert grade(challenge(objective=0, subjective=100), (ran(1, 1),)).score.value == 100


def test_missing_is_not_zero() -> None:
    """A criterion without a level and a test without a verdict count nothing, half and all."""
    found = grade(challenge(), (ran(1, 1), ran(0, 1, id="e", status="error")), (criterion(None),))
    assert (found.score.low, found.score.value, found.score.high) == (30, 65, 100)
    assert [(part.criterion, part.points, part.who_can_close) for part in found.open] == [
        ("e", 30, "the challenge's owner"),
        ("k", 40, "two reviewers"),
    ]
    assert found.recommendation == "needs_review"


def test_a_test_that_was_not_run_is_lost_and_not_open() -> None:
    found = grade(challenge(), (ran(1, 1), ran(0, 1, status="not_run")))
    assert (found.score.value, found.score.final) == (50, True)


def test_a_level_that_is_not_accepted_does_not_count() -> None:
    suggested = replace(criterion(5), accepted=False, source="judge")
    found = grade(challenge(), (), (suggested,))
    assert (found.score.low, found.score.value, found.score.high) == (0, 50, 100)


def test_a_judges_level_counts_with_the_interval_of_its_error() -> None:
    found = grade(challenge(), (), (criterion(4, low=2.0, high=4.5),))
    assert (found.score.low, found.score.value, found.score.high) == (25, 75, 87.5)
    assert found.open == ()


@pytest.mark.parametrize(("low", "high"), [(4.5, 5.0), (1.0, 2.0), (-3.0, 99.0)])
def test_an_interval_never_leaves_its_level_out(low: float, high: float) -> None:
    found = grade(challenge(), (), (criterion(3, low=low, high=high),))
    assert 0 <= found.score.low <= 50 <= found.score.high <= 100


def test_criteria_that_are_worth_nothing_are_not_waited_for() -> None:
    found = grade(challenge(objective=100, subjective=0), (ran(1, 1),), (criterion(None),))
    assert (found.score.final, found.open, found.recommendation) == (True, (), "advance")


def test_a_minimum_that_is_reached_exactly_is_met() -> None:
    """Two of four tests of fifteen, half of their competency: rounding to four digits must not cost the candidate."""
    groups = {"own": "system_design"}
    tests = (ran(1, 1, group="own"),) * 2 + (ran(0, 1, group="own"),) * 2 + (ran(1, 1),) * 11
    found = grade(challenge(minimums={"system_design": 0.5}, groups=groups), tests)
    assert [entry.met for entry in found.competencies] == [True, True]
    assert found.recommendation == "advance"


@pytest.mark.parametrize(("level", "met"), [(None, None), (1, False), (2, False), (3, True)])
def test_a_minimum_is_open_while_its_parts_are(level: int | None, met: bool | None) -> None:
    about = challenge(minimums={"system_design": 0.5}, mark=50)
    found = grade(about, (ran(1, 1),), (criterion(level),))
    assert {entry.id: entry.met for entry in found.competencies} == {"coding_fundamentals": True, "system_design": met}
    wanted = {None: "needs_review", True: "advance", False: "decline"}[met]
    assert found.recommendation == wanted


def test_an_open_part_decides_when_it_alone_flips_the_outcome() -> None:
    found = grade(
        challenge(mark=70), (ran(1, 1),), (criterion(None, id="heavy", weight=9), criterion(None, id="light"))
    )
    assert {part.criterion: part.decides for part in found.open} == {"heavy": True, "light": False}


def test_criteria_without_a_judge_say_why() -> None:
    item = Criterion(
        id="k", competency="system_design", question="?", evidence=["*"], levels={1: "a", 2: "b", 3: "c"}, weight=2.0
    )
    (found,) = unscored([item], "no judge configured")
    assert (found.level, found.source, found.accepted, found.reason) == (None, "none", False, "no judge configured")
    assert (found.weight, found.max_level) == (2.0, 3)


def test_flags_say_what_is_not_in_the_score() -> None:
    tests = objective.score([ran(0, 1, status="error")])
    assert flags(tests, ["A limit was hit."]) == (
        "A limit was hit.",
        "1 hidden test could not be judged; the challenge's owner should look.",
    )
    (stumbled,) = flags(objective.score([ran(0, 1, status="failed", stumbled=True)]), [])
    assert stumbled.startswith("1 hidden test stumbled over what the submission gave")
    assert flags(objective.score([ran()]), []) == ()


def test_a_group_that_the_challenge_does_not_name_is_said_with_where_its_points_went() -> None:
    about = challenge(groups={"pairs": "system_design"})
    tests = (ran(1, 3, group="pair"), ran(0, 2, group="pair"), ran(4, 4, group="pairs"), ran(0, 1, group="speed"))
    near, far = groups_astray(about, objective.score(tests))
    assert near == (
        "The challenge names no group 'pair'; the nearest is 'pairs': 2 hidden tests of it, 5 of 10 points, count for "
        "coding fundamentals, the primary competency; the challenge's owner should look."
    )
    assert far.startswith(
        "The challenge names no group 'speed': 1 hidden test of it, 1 of 10 points, counts for coding"
    )
    primary = {one.id: one.max_score for one in grade(about, tests).competencies}["coding_fundamentals"]
    assert primary == pytest.approx(60)
    assert groups_astray(challenge(groups={}), objective.score(tests)) == ()
    observed = VerifierResult(expected=tuple(test.id for test in tests), tests=tests)
    told = flags_of(about, make_submission({}), observed, JudgeResult(criteria=()), {})
    assert [flag for flag in told if "names no group 'pair'" in flag]


def test_the_bounds_of_a_level_keep_their_place_in_grade_json() -> None:
    from grader.records import Grade
    from grader.result.grade_json import grade_from_json, grade_to_json

    judged = criterion(4, low=2.0, high=4.5, model="m", people={"n": 2})
    made = Grade(status="graded", reason="", challenge={}, submission={}, criteria=(judged,))
    written = grade_to_json(made)
    details = written["criteria"][0]["details"]
    assert list(details.items()) == [("model", "m"), ("low_level", 2.0), ("high_level", 4.5), ("people", {"n": 2})]
    assert not {"low", "high"} & written["criteria"][0].keys()
    assert grade_from_json(written).criteria == (judged,)
    details["low_level"] = "2"
    with pytest.raises(UsageError, match="low_level"):
        grade_from_json(written)
