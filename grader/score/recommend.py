"""Advance, decline or look: what a grade recommends, and the one sentence that justifies it. Pure.

It is a recommendation either way: people decide.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.challenge import Challenge
from grader.records import CompetencyScore, Recommendation, Score


def reaches(value: float, mark: float) -> bool:
    """`value >= mark`, where both are sums of rounded parts."""
    return value >= mark - 1e-6


def recommend(
    challenge: Challenge, score: Score, competencies: Sequence[CompetencyScore], waiting: Sequence[float]
) -> tuple[Recommendation, str]:
    """Advance or decline only when nothing is open (`waiting`: points of the open parts), the range leaves no doubt
    and the score lies in no band in which the challenge tells nothing; otherwise people look first."""
    found, reason = _held_to(challenge.pass_mark, score, competencies, waiting)
    if found == "decline" and challenge.unsure_at(score.high):
        found, reason = "needs_review", _band(challenge, score)
    if challenge.cut and challenge.cut.basis == "guess":
        reason += " Both marks are a guess: no people's later work stands behind them yet."
    return found, reason


def _band(challenge: Challenge, score: Score) -> str:
    assert challenge.cut is not None  # noqa: S101 - by unsure_at
    return (
        f"The score of {score.value:.1f} lies between {challenge.cut.unsure_from:g} and the pass mark of "
        f"{challenge.pass_mark:g}, where this challenge does not tell; people look."
    )


def _held_to(
    mark: float, score: Score, competencies: Sequence[CompetencyScore], waiting: Sequence[float]
) -> tuple[Recommendation, str]:
    below = [competency for competency in competencies if competency.met is False]
    unsure = [competency for competency in competencies if competency.met is None]
    if waiting:
        return "needs_review", _still_open(score, mark, below, waiting)
    if reaches(score.high, mark) and not reaches(score.low, mark):
        span = f"{score.low:.1f}–{score.high:.1f}"
        return "needs_review", f"The pass mark of {mark:g} lies inside {span}, the range that the judge's error leaves."
    if unsure and reaches(score.low, mark):
        return "needs_review", f"The judge's error leaves open whether {title(unsure[0].id)} meets its minimum."
    if not reaches(score.value, mark):
        return "decline", f"The score of {score.value:.1f} is below the pass mark of {mark:g}."
    if below:
        return "decline", f"The score of {score.value:.1f} reaches the pass mark of {mark:g}, but {_below(below)}."
    return "advance", f"The score of {score.value:.1f} reaches the pass mark of {mark:g}, and every minimum is met."


def title(competency: str) -> str:
    """A competency's name in a sentence."""
    return competency.replace("llm", "LLM").replace("_", " ")


def _still_open(score: Score, mark: float, below: Sequence[CompetencyScore], waiting: Sequence[float]) -> str:
    count = len(waiting)
    what = f"{count} part{'s are' if count > 1 else ' is'} still open ({sum(waiting):.1f} of 100 points)"
    if below:
        return f"{what}, and whatever they bring, {_below(below)}; people close them and decide."
    if not reaches(score.high, mark):
        return f"{what}; at their best the score is {score.high:.1f}, below the pass mark of {mark:g}. People decide."
    if reaches(score.low, mark):
        return f"{what}; at their lowest the score is {score.low:.1f}, which reaches the pass mark of {mark:g}."
    span = f"now between {score.low:.1f} and {score.high:.1f}"
    return f"{what}; they decide whether the score, {span}, reaches the pass mark of {mark:g}."


def _below(competencies: Sequence[CompetencyScore]) -> str:
    first = competencies[0]
    best, asked = 100 * first.high / first.max_score, 100 * (first.minimum or 0)
    return f"{title(first.id)} is below its minimum ({best:.0f} % at best, {asked:.0f} % asked)"
