"""A case as plain data, for other programs. It is made of a View, so it holds what its reader may see and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.ratings.sheet import Said, Sheet
from grader.review.records import Case
from grader.review.visible import SideBySide, View, Voice


def case_data(case: Case, view: View) -> dict[str, Any]:
    """`case`, `assessments`, `adjudications` and `decision`: the first alone before the reveal."""
    return {
        "case": {
            "id": view.id,
            "run": case.run,
            "challenge": view.challenge,
            "challenge_version": view.challenge_version,
            "submission_digest": case.submission_digest,
            "state": view.state,
            "revealed": view.revealed,
            "round": case.round,
            "closed_early": view.early_why,
        },
        "assessments": [_assessment(voice, view) for voice in view.voices],
        "adjudications": [_adjudication(side) for side in view.criteria if side.adjudication],
        "decision": _decision(view),
    }


def _assessment(voice: Voice, view: View) -> dict[str, Any]:
    said = [one.said for side in view.criteria for one in side.sides if one.who == voice.who]
    order = [str(one["id"]) for one in view.rubric["criteria"]]
    return {
        "assessor": voice.who,
        "role": voice.kind,
        "round": voice.round,
        "lean": voice.lean,
        "rationale": voice.rationale,
        "integrity": voice.integrity,
        "criteria": levels(sorted(said, key=lambda one: order.index(one.criterion))),
        "informed": _informed(voice.informed.sheet) if voice.informed else None,
        "response": {"agrees": voice.response.agrees, "words": voice.response.words} if voice.response else None,
    }


def _informed(sheet: Sheet) -> dict[str, Any]:
    return {"lean": sheet.lean, "rationale": sheet.rationale, "criteria": levels(sheet.said)}


def levels(said: Sequence[Said]) -> list[dict[str, Any]]:
    """What is said on each criterion, with the places it rests on."""
    return [
        {
            "criterion": one.criterion,
            "level": one.level,
            "cannot_judge": one.cannot_judge,
            "evidence": [{"path": place.path, "start_line": place.start_line, "end_line": place.end_line,
                          "quote": place.quote} for place in one.found],
            "note": one.note,
        }
        for one in said
    ]  # fmt: skip


def _adjudication(side: SideBySide) -> dict[str, Any]:
    assert side.adjudication is not None  # noqa: S101 - asked for by the caller
    return {"criterion": side.criterion, "level": side.adjudication.level, "why": side.adjudication.why}


def _decision(view: View) -> dict[str, Any] | None:
    made = view.decision
    if made is None:
        return None
    return {
        "outcome": made.outcome,
        "by": view.decided_by,
        "why": made.why,
        "recommendation": made.recommendation,
        "against_recommendation": made.against,
        "at": made.at,
    }
