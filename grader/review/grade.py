"""The machine's grade with people's levels in it. Pure: the same case gives the same grade.

People's levels stand. Where a judge has a level of the same criterion too, it is kept beside them with the difference;
the two are never mixed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.challenge import Challenge
from grader.challenge.rubric import Rubric
from grader.ratings.sheet import Said
from grader.records import CriterionResult, Grade
from grader.result.grade_json import grade_from_json
from grader.review.records import File
from grader.review.visible import SideBySide, reviewers, side_by_side
from grader.score.combine import scored

WHO_CLOSES = "a third reviewer, blind, or an adjudicator"


def closed_grade(file: File) -> Grade:
    """The grade of a revealed case. Raises UsageError for a source that is no grade of this grader."""
    machine = grade_from_json(file.source.machine)
    challenge = challenge_of(file)
    sides = {one.criterion: one for one in side_by_side(file, reviewers(file))}
    criteria = tuple(with_people(one, sides[one.id]) if one.id in sides else one for one in machine.criteria)
    if machine.objective is None:
        return machine
    return scored(machine, challenge, machine.objective, criteria)


def challenge_of(file: File) -> Challenge:
    """The challenge as it was when the submission was graded."""
    challenge = Challenge.model_validate_json(json.dumps(file.source.challenge["challenge"]))
    rubric = Rubric.model_validate_json(json.dumps(file.source.challenge["rubric"]))
    return challenge.model_copy(update={"rubric": rubric})


def with_people(machine: CriterionResult, side: SideBySide) -> CriterionResult:
    """A criterion as people leave it. Where none of them gave a level and nobody settled it, the judge's stays."""
    combined = side.combined
    details = {"assessors": [_assessor(one.who, one.said) for one in side.sides], **_how(side), **_judge(machine, side)}
    if combined.median is None and combined.how == "open" and machine.accepted:
        return replace(machine, details={**machine.details, "people": details})
    told = [one.said.for_candidate.strip() for one in side.sides]
    told = [side.adjudication.for_candidate.strip()] if side.adjudication else told
    return replace(
        machine,
        level=combined.level,
        source="human",
        accepted=combined.level is not None,
        reason=combined.reason,
        evidence=tuple(dict.fromkeys(place for one in side.sides for place in one.said.found)),
        rationale=" ".join(text for text in told if text),
        suggestion=None,
        low=None,
        high=None,
        details=details if combined.level is not None else {**details, "who_can_close": WHO_CLOSES},
    )


def _assessor(who: str, said: Said) -> dict[str, Any]:
    return {
        "assessor": who,
        "level": said.level,
        "cannot_judge": said.cannot_judge,
        "evidence": [
            {"path": one.path, "start_line": one.start_line, "end_line": one.end_line, "quote": one.quote}
            for one in said.found
        ],
        "note": said.note,
    }


def _how(side: SideBySide) -> dict[str, Any]:
    combined = side.combined
    how: dict[str, Any] = {"combined": combined.how, "median": combined.median, "gap": combined.gap}
    if side.adjudication:
        how["adjudication"] = {"level": side.adjudication.level, "why": side.adjudication.why}
    return how


def _judge(machine: CriterionResult, side: SideBySide) -> Mapping[str, Any]:
    """What the judge said about the same, and how far people are from it."""
    if machine.source != "judge" and machine.suggestion is None:
        return {}
    said = machine.level if machine.level is not None else machine.suggestion
    level = side.combined.level
    differs = None if said is None or level is None else level - said
    return {"judge": {"level": said, "accepted": machine.accepted, "people_less_judge": differs}}
