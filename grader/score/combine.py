"""Combines points and levels into a grade. Pure: the same observations always give the same grade.

Scale: the whole is 100 points. Hidden tests share `weights.objective` of it by their points, criteria share
`weights.subjective` by their weights; where a pack has only one of the two, that one has all. Level 1 of a criterion
earns nothing, its highest level all, levels between in equal steps.

An open part (a criterion without an accepted level, a test that could not be judged) counts 0 in `low`, all in `high`,
and half in `value`: missing is not zero. A level that a judge gave counts as it is in `value`, and with the interval of
its error in calibration (`CriterionResult.low`..`high`) in `low` and `high`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.challenge import Challenge
from grader.challenge.rubric import Criterion
from grader.records import (
    COMPETENCIES,
    CompetencyScore,
    CriterionResult,
    Grade,
    ObjectiveScore,
    Open,
    Recommendation,
    Score,
    TestStatus,
)
from grader.score.recommend import reaches, recommend, title

FULL = 100.0


@dataclass(frozen=True, kw_only=True)
class Part:
    """One test or criterion on the scale of 100: what it is worth, and the range of what it earned."""

    id: str
    competency: str
    worth: float
    low: float
    value: float
    high: float
    open: bool
    reason: str = ""
    who_can_close: str = ""


@dataclass(frozen=True, kw_only=True)
class Combined:
    """What `combine` finds; the pipeline puts it into the Grade."""

    competencies: tuple[CompetencyScore, ...]
    score: Score
    recommendation: Recommendation
    recommendation_reason: str
    open: tuple[Open, ...]


def unscored(criteria: Iterable[Criterion], reason: str) -> tuple[CriterionResult, ...]:
    """The criteria without levels, all for the same `reason`."""
    return tuple(
        CriterionResult(
            id=criterion.id,
            competency=criterion.competency,
            weight=criterion.weight,
            level=None,
            max_level=criterion.max_level,
            source="none",
            accepted=False,
            reason=reason,
        )
        for criterion in criteria
    )


def combine(challenge: Challenge, objective: ObjectiveScore, criteria: Sequence[CriterionResult]) -> Combined:
    """The grade of what was observed. `criteria` are those of the challenge's rubric."""
    parts = _parts(challenge, objective, criteria)
    competencies = _competencies(challenge, parts)
    score = Score(
        value=_sum(part.value for part in parts),
        low=_sum(part.low for part in parts),
        high=_sum(part.high for part in parts),
        max=FULL,
        final=not any(part.open for part in parts),
    )
    waiting = [part.worth for part in parts if part.open]
    recommendation, reason = recommend(challenge, score, competencies, waiting)
    return Combined(
        competencies=competencies,
        score=score,
        recommendation=recommendation,
        recommendation_reason=reason,
        open=_open(challenge, parts),
    )


def scored(grade: Grade, challenge: Challenge, points: ObjectiveScore, criteria: tuple[CriterionResult, ...]) -> Grade:
    """`grade` with what `points` and `criteria` come to."""
    found = combine(challenge, points, criteria)
    return replace(
        grade,
        objective=points,
        criteria=criteria,
        competencies=found.competencies,
        score=found.score,
        recommendation=found.recommendation,
        recommendation_reason=found.recommendation_reason,
        open=found.open,
    )


# ------------------------------------------------------------------------------------------------ parts


def shares(challenge: Challenge, objective: ObjectiveScore, criteria: Sequence[CriterionResult]) -> tuple[float, float]:
    """Points of the whole that hidden tests and criteria have; a side that is not there gives its share away."""
    tests = challenge.weights.objective if objective.max_points > 0 else 0.0
    levels = challenge.weights.subjective if criteria else 0.0
    if tests + levels == 0:
        tests, levels = (1.0, 0.0) if objective.max_points > 0 else (0.0, 1.0)
    return FULL * tests / (tests + levels), FULL * levels / (tests + levels)


def _parts(challenge: Challenge, objective: ObjectiveScore, criteria: Sequence[CriterionResult]) -> list[Part]:
    for_tests, for_criteria = shares(challenge, objective, criteria)
    weight = sum(criterion.weight for criterion in criteria)
    parts = []
    for test in objective.tests:
        worth = for_tests * test.max_points / objective.max_points if objective.max_points else 0.0
        earned = worth * test.points / test.max_points if test.max_points else 0.0
        undecided = test.is_open and worth > 0
        low, value, high = (0.0, worth / 2, worth) if undecided else (earned, earned, earned)
        parts.append(
            Part(
                id=test.id, competency=challenge.competency_of(test.group), worth=worth,
                low=low, value=value, high=high, open=undecided,
                reason="the test could not be judged" if undecided else "",
                who_can_close="the challenge's owner",
            )
        )  # fmt: skip
    return parts + [_criterion_part(criterion, for_criteria * criterion.weight / weight) for criterion in criteria]


def _criterion_part(criterion: CriterionResult, worth: float) -> Part:
    known = criterion.accepted and criterion.level is not None
    low, value, high = 0.0, worth / 2, worth
    if known:
        steps = criterion.max_level - 1
        level = float(criterion.level or 1)
        least, most = (level if bound is None else bound for bound in (criterion.low, criterion.high))
        low, value, high = (
            worth * (min(max(x, 1.0), criterion.max_level) - 1) / steps
            for x in (min(least, level), level, max(most, level))
        )
    return Part(
        id=criterion.id, competency=criterion.competency, worth=worth, low=low, value=value, high=high,
        open=not known and worth > 0,
        reason=criterion.reason, who_can_close=str(criterion.details.get("who_can_close", "two reviewers")),
    )  # fmt: skip


def _competencies(challenge: Challenge, parts: Sequence[Part]) -> tuple[CompetencyScore, ...]:
    scores = []
    for name in COMPETENCIES:
        own = [part for part in parts if part.competency == name]
        most = math.fsum(part.worth for part in own)
        if most <= 0:
            continue
        low, value, high = (math.fsum(getattr(part, key) for part in own) for key in ("low", "value", "high"))
        minimum = challenge.minimums.get(name)
        scores.append(
            CompetencyScore(
                id=name, score=round(value, 4), low=round(low, 4), high=round(high, 4), max_score=round(most, 4),
                minimum=minimum, met=_met(low / most, high / most, minimum),  # not of what was rounded for display
            )
        )  # fmt: skip
    return tuple(scores)


def _met(low: float, high: float, minimum: float | None) -> bool | None:
    if minimum is None or reaches(low, minimum):
        return True
    return None if reaches(high, minimum) else False


def _sum(values: Iterable[float]) -> float:
    return round(math.fsum(values), 4)


# ------------------------------------------------------------------------------------------------ what is open


def _open(challenge: Challenge, parts: Sequence[Part]) -> tuple[Open, ...]:
    return tuple(
        Open(
            criterion=part.id,
            reason=part.reason,
            who_can_close=part.who_can_close,
            decides=_decides(challenge, parts, part),
            points=round(part.worth, 4),
        )
        for part in parts
        if part.open
    )


def _decides(challenge: Challenge, parts: Sequence[Part], part: Part) -> bool:
    """Whether the outcome differs between this part at its lowest and at its highest, the other open ones at half."""
    outcomes = set()
    for earned in (part.low, part.high):
        settled = [
            replace(p, low=p.value, high=p.value)
            if p is not part
            else replace(p, low=earned, value=earned, high=earned)
            for p in parts
        ]
        total = _sum(p.value for p in settled)
        met = all(competency.met for competency in _competencies(challenge, settled))
        outcomes.add(reaches(total, challenge.pass_mark) and met)
    return len(outcomes) > 1


def flags(objective: ObjectiveScore, limits_hit: Sequence[str]) -> tuple[str, ...]:
    """What a reviewer should look at that is not in the score."""
    errors = sum(test.status is TestStatus.ERROR for test in objective.tests)
    found = list(limits_hit)
    stumbled = sum(test.stumbled for test in objective.tests)
    if stumbled:
        found.append(
            f"{stumbled} hidden test{'s' if stumbled > 1 else ''} stumbled over what the submission gave: lost, unless "
            "the instruction allows what was given; the report says what it was."
        )
    if errors:
        found.append(
            f"{errors} hidden test{'s' if errors > 1 else ''} could not be judged; the challenge's owner should look."
        )
    return tuple(found)


def groups_astray(challenge: Challenge, objective: ObjectiveScore) -> tuple[str, ...]:
    """Groups of tests that a challenge which names its groups does not name: they count for the primary competency,
    whatever was meant, and that may decide a minimum. A flag for each, in the order of the tests."""
    found = dict.fromkeys(test.group for test in objective.tests if test.group not in challenge.groups)
    return tuple(_astray(challenge, objective, group) for group in found) if challenge.groups else ()


def _astray(challenge: Challenge, objective: ObjectiveScore, group: str) -> str:
    import difflib

    own = [test for test in objective.tests if test.group == group]
    near = difflib.get_close_matches(group, challenge.groups, n=1)
    meant = f"; the nearest is {near[0]!r}" if near else ""
    points, many = math.fsum(test.max_points for test in own), len(own) > 1
    return (
        f"The challenge names no group {group!r}{meant}: {len(own)} hidden test{'s' if many else ''} of it, "
        f"{points:g} of {objective.max_points:g} points, count{'' if many else 's'} for "
        f"{title(challenge.primary_competency)}, the primary competency; the challenge's owner should look."
    )
