"""What is recommended, and the sentence that says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.challenge import Challenge
from grader.challenge.manifest import Cut
from grader.records import CompetencyScore, Score
from grader.score.recommend import reaches, recommend, title
from tests.parts import challenge


def of(cut: Cut | None) -> Challenge:
    return replace(challenge(mark=60), cut=cut)


def score(value: float, low: float | None = None, high: float | None = None) -> Score:
    low, high = value if low is None else low, value if high is None else high
    return Score(value=value, low=low, high=high, max=100, final=low == high)


def competency(met: bool | None) -> CompetencyScore:
    return CompetencyScore(
        id="llm_domain_knowledge", score=4, low=3, high=5, max_score=10, minimum=0.6, met=met
    )  # fmt: skip


@pytest.mark.parametrize(
    ("total", "competencies", "waiting", "says", "words"),
    [
        (score(70), [], [], "advance", "The score of 70.0 reaches the pass mark of 70, and every minimum is met."),
        (score(69.9), [], [], "decline", "The score of 69.9 is below the pass mark of 70."),
        (score(80), [False], [], "decline", "LLM domain knowledge is below its minimum (50 % at best, 60 % asked)"),
        (score(60), [False], [], "decline", "below the pass mark"),
        (score(75, 65, 85), [], [], "needs_review", "lies inside 65.0–85.0, the range that the judge's error leaves"),
        (score(80, 75, 85), [None], [], "needs_review", "leaves open whether LLM domain knowledge meets its minimum"),
        (score(60, 55, 65), [None], [], "decline", "below the pass mark"),
        (score(80, 75, 85), [True], [], "advance", "reaches"),
        (score(50, 30, 90), [], [60.0], "needs_review", "1 part is still open (60.0 of 100 points); they decide"),
        (
            score(50, 30, 69),
            [],
            [20.0, 19.0],
            "needs_review",
            "2 parts are still open (39.0 of 100 points); at their best",
        ),
        (score(80, 70, 90), [], [20.0], "needs_review", "at their lowest the score is 70.0, which reaches"),
        (score(80, 70, 90), [False], [20.0], "needs_review", "whatever they bring, LLM domain knowledge is below"),
    ],
)
def test_a_recommendation_and_its_reason(
    total: Score, competencies: list[bool | None], waiting: list[float], says: str, words: str
) -> None:
    found, reason = recommend(challenge(), total, [competency(met) for met in competencies], waiting)
    assert found == says
    assert words in reason
    assert reason.endswith(".")
    assert "\n" not in reason


def test_nothing_is_decided_while_something_is_open() -> None:
    for value in (0.0, 100.0):
        assert recommend(challenge(), score(value), [], [0.5])[0] == "needs_review"


def test_sums_of_rounded_parts_reach_a_mark_they_equal() -> None:
    assert reaches(0.1 + 0.2, 0.3)
    assert reaches(69.9999999, 70)
    assert not reaches(69.9999, 70)


def test_a_competency_has_a_name_in_a_sentence() -> None:
    assert title("llm_domain_knowledge") == "LLM domain knowledge"


@pytest.mark.parametrize(
    ("value", "says", "words"),
    [
        (39.9, "decline", "below the pass mark of 60"),
        (40, "needs_review", "lies between 40 and the pass mark of 60, where this challenge does not tell"),
        (59.9, "needs_review", "people look"),
        (60, "advance", "reaches the pass mark of 60"),
    ],
)
def test_a_short_challenge_says_where_it_does_not_tell(value: float, says: str, words: str) -> None:
    cut = Cut(unsure_from=40, basis="people")
    assert of(None).unsure_at(value) is False
    found, reason = recommend(of(cut), score(value), [], [])
    assert (found, words in reason, "guess" in reason) == (says, True, False)


def test_marks_that_nothing_stands_behind_are_called_a_guess() -> None:
    guessed = of(Cut(unsure_from=40))
    assert {"guess" in recommend(guessed, score(value), [], [])[1] for value in (10, 50, 90)} == {True}


def test_a_competency_below_its_minimum_is_declined_above_the_band() -> None:
    cut = Cut(unsure_from=40)
    assert recommend(of(cut), score(70), [competency(False)], [])[0] == "decline"
