"""The sentences that decide how a page is read: figures, headings, what a level would do, a gate in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.pages import text
from grader.report import wording
from tests import report_fixtures as saved


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((2250, "2,250"), (49.4, "49.4"), (49.400000001, "49.4"), (0.7123, "0.71"), (0, "0"), (100.0, "100")),
        *((8.8e-05, "0.000088"), (2e-10, "2e−10"), (-0.001, "−0.001"), (-3.5, "−3.5"), (0.0042, "0.0042")),
        (1e6, "1,000,000"),
    ],
)
def test_numbers_are_short_and_true(value: float, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("value", "mark", "shown"),
    [
        *((69.6, 70, "69.6"), (69.4, 70, "69"), (69.96, 70, "69.96"), (70.0, 70, "70"), (70.4, 70, "70")),
        *((39.6, 40, "39.6"), (55.5, None, "56")),
    ],
)  # fmt: skip
def test_rounding_never_lifts_a_value_over_its_mark(value: float, mark: float | None, shown: str) -> None:
    assert text.near(value, mark) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((0.21, "210 ms"), (4.6, "4.6 s"), (73.1, "1 min 13 s"), (120, "2 min"), (12_900, "3 h 35 min")),
        *((14_400, "4 h"), (604_800, "7 days")),
    ],
)  # fmt: skip
def test_durations_are_said_as_people_say_them(seconds: float, shown: str) -> None:
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(
    ("size", "shown"), [(3, "3 bytes"), (4_321, "4.3 kB"), (41_000, "41 kB"), (1_900_000, "1.9 MB"), (512e6, "512 MB")]
)
def test_sizes_are_said_in_decimal_units(size: float, shown: str) -> None:
    assert text.size(size) == shown


def test_a_date_is_said_in_words_and_nonsense_is_left_as_it_is() -> None:
    assert text.date("2026-11-20T14:02:11+00:00") == "20 November 2026"
    assert text.date("2026-11-20T14:02:11+02:00", clock=True) == "20 November 2026, 12:02:11 UTC"
    assert text.date("yesterday") == "yesterday"


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("needs_review", "Needs review: one criterion decides"),
        ("accepted", "Advance: the pass mark and every minimum are reached"),
        ("rejected", "Decline: 28.5 points below the pass mark, and three competencies stay below their minimum"),
        ("cheating", "Needs review: two competencies stay below their minimum"),
        ("unscored", "Needs review: six criteria decide"),
        ("refused", "Refused: this cannot be graded as it is"),
        ("challenge_error", "No grade: the challenge is broken"),
        ("infrastructure_error", "No grade: this machine or a service failed"),
    ],
)
def test_the_heading_names_the_deciding_fact(name: str, heading: str) -> None:
    assert wording.outcome(saved.ALL[name](), saved.challenge()).heading == heading


def test_a_single_competency_below_its_minimum_is_named() -> None:
    grade = saved.combine(
        saved.tests(), saved.closed(failure_modes=1, measurement=1, trade_offs=5, clarity=5, record=5)
    )
    assert grade.score is not None
    assert grade.score.value >= 70
    assert (
        wording.outcome(grade, saved.challenge()).heading == "Decline: evaluation methodology stays below its minimum"
    )


def test_a_total_that_cannot_be_reached_any_more_is_said() -> None:
    pack = saved.challenge(minimums={}, pass_mark=95.0)
    grade = saved.combine(saved.tests(), saved.criteria(), pack)
    assert wording.outcome(grade, pack).heading == "Needs review: at best 81, short of the pass mark"


def test_a_pass_mark_inside_the_error_of_the_judge_is_said() -> None:
    levels = tuple(
        replace(entry, details={}, low=2.0, high=5.0) if entry.id == "retrieval" else entry
        for entry in saved.closed(retrieval=3)
    )
    pack = saved.challenge(pass_mark=75.0)
    grade = saved.combine(saved.tests(), levels, pack)
    assert wording.outcome(grade, pack).heading == "Needs review: the pass mark lies inside the judge’s error"


def by_id(grade: Any, name: str) -> Any:
    return next(entry for entry in grade.criteria if entry.id == name)


def test_what_each_level_of_the_deciding_criterion_would_do_is_said() -> None:
    grade = saved.needs_review()
    said = wording.levels_in_words(by_id(grade, "measurement"), grade, saved.challenge())
    assert said == (
        "At level 3 or better every mark is reached, whatever else is open; "
        "at 1 or 2, evaluation methodology stays below its minimum."
    )
    assert wording.levels_in_words(by_id(grade, "trade-offs"), grade, saved.challenge()) == ""


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_what_is_said_of_a_level_is_what_the_grade_becomes(level: int) -> None:
    open_grade = saved.needs_review()
    others = [entry for entry in open_grade.criteria if entry.id not in {"measurement", "trade-offs"}]
    for other in (1, 5):
        closed = (*others, saved.given("measurement", level), saved.given("trade-offs", other))
        recommendation = saved.combine(saved.tests(), closed).recommendation
        assert recommendation == ("advance" if level >= 3 else "decline")


def test_points_of_criteria_and_tests_add_up_to_the_score() -> None:
    grade, pack = saved.accepted(), saved.challenge()
    assert grade.score is not None
    assert grade.objective is not None
    criteria = [wording.earned_points(entry, grade, pack) for entry in grade.criteria]
    tests = 60 * grade.objective.points / grade.objective.max_points
    assert sum(filter(None, criteria)) + tests == pytest.approx(grade.score.value)
    assert sum(wording.full_points(entry, grade, pack) for entry in grade.criteria) == pytest.approx(40)


def test_criteria_alone_have_all_the_points() -> None:
    grade, pack = saved.combine((), saved.closed()), saved.challenge()
    assert sum(wording.full_points(entry, grade, pack) for entry in grade.criteria) == pytest.approx(100)


def test_a_gate_is_explained_in_words_a_manager_understands() -> None:
    gate = saved.gate("ACCEPT", 0.78, 0.79, 0.66, 0.86, 80)
    assert wording.gate_lead(gate) == "The judge may score this criterion."
    assert wording.gate_sentence(gate) == (
        "It agrees with people as well as people agree with each other: 0.78, people 0.79; "
        "95 % sure it is above 0.66, on 80 labels."
    )


@pytest.mark.parametrize(
    ("judge", "people", "how"),
    [(0.8, 0.75, "as well as"), (0.72, 0.79, "almost as well as"), (0.5, 0.79, "less well than")],
)
def test_agreement_is_compared_with_that_among_people(judge: float, people: float, how: str) -> None:
    assert f"agrees with people {how} people" in wording.gate_sentence(saved.gate("ACCEPT", judge, people, 0.4, 0.9))


@pytest.mark.parametrize(
    "gate", [{}, {"verdict": "REJECT"}, {"verdict": "STALE", "qwk": 0.7}, {"verdict": "odd", "n": "x"}]
)
def test_a_gate_of_which_little_is_known_invents_nothing(gate: dict[str, Any]) -> None:
    assert wording.gate_sentence(gate) == ""
    assert wording.gate_lead(gate).startswith("The judge")


def test_where_figures_are_missing_the_judge_stage_has_the_word() -> None:
    stale = {"verdict": "STALE", "qwk": 0.8, "sentence": "STALE: the wording of level 3 was changed"}
    assert wording.gate_sentence(stale) == "The wording of level 3 was changed."
    accepted = saved.gate("ACCEPT", 0.8, 0.8, 0.7, 0.9) | {"sentence": "ACCEPT: quadratic weighted kappa 0.8."}
    assert "kappa" not in wording.gate_sentence(accepted)


def test_what_a_judge_failed_at_is_said_with_its_agreement() -> None:
    rejected = saved.gate("REJECT", 0.8, 0.8, 0.7, 0.9) | {"reasons": ["it gives level 5 too often"]}
    assert wording.gate_sentence(rejected).endswith("on 84 labels. It gives level 5 too often.")
