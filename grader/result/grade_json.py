"""grade.json: the stable contract between a run and everything that reads it later.

`grade_to_json` and `grade_from_json` are inverses. Keys come in a fixed order, so that the same grade always gives the
same bytes. Unknown keys are passed over when reading: later versions may add some.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from grader.errors import UsageError
from grader.records import (
    SCHEMA_VERSION,
    CompetencyScore,
    CriterionResult,
    Evidence,
    Fault,
    Grade,
    ObjectiveScore,
    Open,
    Score,
    TestResult,
    TestStatus,
)
from grader.stored import Object, read_test


def grade_to_json(grade: Grade) -> dict[str, Any]:
    """`grade` as plain JSON data, keys in a fixed order. Without a grade, `objective` and `score` are null.

    Raises UsageError when a number is not finite: JSON has no word for it.
    """
    data = {
        "schema_version": SCHEMA_VERSION,
        "status": grade.status,
        "reason": grade.reason,
        "challenge": _plain(grade.challenge),
        "submission": _plain(grade.submission),
        "objective": _objective(grade.objective) if grade.objective else None,
        "criteria": [_criterion(criterion) for criterion in grade.criteria],
        "competencies": [_pick(entry, _COMPETENCY) for entry in grade.competencies],
        "score": _pick(grade.score, _SCORE) if grade.score else None,
        "recommendation": grade.recommendation,
        "recommendation_reason": grade.recommendation_reason,
        "open": [_pick(entry, _OPEN) for entry in grade.open],
        "flags": list(grade.flags),
        "judge": _plain(grade.judge),
        "provenance": _plain(grade.provenance),
        "timings": _plain(grade.timings),
        "resources": _plain(grade.resources),
        **({"claims": _plain(grade.claims)} if grade.claims else {}),
        **({"detail": grade.detail} if grade.detail else {}),
    }
    _finite(data, "grade.json")
    return data


_COMPETENCY = ("id", "score", "low", "high", "max_score", "minimum", "met")
_SCORE = ("value", "low", "high", "max", "final")
_OPEN = ("criterion", "reason", "who_can_close", "decides", "points")
_METRIC = ("name", "value", "floor", "target", "unit", "test")
_EVIDENCE = ("path", "start_line", "end_line", "quote")
_TEST = ("id", "group", "status", "points", "max_points", "seconds", "message", "title", "fault", "limits")
_CRITERION = ("id", "competency", "weight", "level", "max_level", "source", "accepted", "reason")


def _objective(objective: ObjectiveScore) -> dict[str, Any]:
    return {
        **_pick(objective, ("points", "max_points", "open_points")),
        "tests": [_test(test) for test in objective.tests],
        "metrics": [_pick(metric, _METRIC) for test in objective.tests for metric in test.metrics],
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        **_pick(test, _TEST),
        "metrics": [_pick(metric, _METRIC) for metric in test.metrics],
        **_pick(test, ("stdout", "stderr", "dropped_bytes", "peak_memory")),
        **(_pick(test, ("model_calls",)) if test.model_calls else {}),
    }


def _criterion(criterion: CriterionResult) -> dict[str, Any]:
    return {
        **_pick(criterion, _CRITERION),
        "evidence": [_pick(entry, _EVIDENCE) for entry in criterion.evidence],
        **_pick(criterion, ("rationale", "suggestion")),
        "details": _details(criterion),
    }


def _details(criterion: CriterionResult) -> dict[str, Any]:
    """The details, and among them the bounds of the level, as this file has always had them."""
    details: dict[str, Any] = _plain(criterion.details)
    people = {"people": details.pop("people")} if "people" in details else {}
    bounds = {"low_level": criterion.low, "high_level": criterion.high}
    return {**details, **{name: bound for name, bound in bounds.items() if bound is not None}, **people}


def _pick(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, (Fault, TestStatus)):
        return value.value
    return value


def _finite(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, entry in value.items():
            _finite(entry, f"{where}: {key}")
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            _finite(entry, f"{where}[{number}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{where} is {value}, which JSON cannot hold.")


# ---------------------------------------------------------------------------------------------- reading


def grade_from_json(data: Any) -> Grade:
    """The grade in `data`, as `json.loads` gives it. Raises UsageError that names the key which does not fit."""
    top = Object(data, "grade.json")
    version = top.take("schema_version", int)
    if version != SCHEMA_VERSION:
        raise UsageError(f"grade.json has schema_version {version}; this grader reads {SCHEMA_VERSION}.")
    objective, score = top.maybe("objective"), top.maybe("score")
    return Grade(
        status=top.one_of("status", ("graded", "refused", "challenge_error", "infrastructure_error")),
        reason=top.take("reason", str),
        challenge=top.known("challenge", {"id": str, "version": str, "digest": str, "title": str}),
        submission=top.known("submission", _SUBMISSION),
        objective=_read_objective(objective) if objective else None,
        criteria=top.each("criteria", _read_criterion),
        competencies=top.each("competencies", _read_competency),
        score=_read_score(score) if score else None,
        recommendation=top.one_of("recommendation", ("advance", "decline", "needs_review")),
        recommendation_reason=top.take("recommendation_reason", str),
        open=top.each("open", _read_open),
        judge=top.known("judge", {"model": str, "prompt_tokens": float, "completion_tokens": float, "cost": float}),
        provenance=top.known("provenance", {"started_at": str, "run": str, "model_calls": list}),
        timings=top.numbers("timings"),
        flags=top.texts("flags"),
        resources=top.numbers("resources", {}),
        detail=top.take("detail", str, ""),
        claims=_read_claims(top),
    )


def _read_claims(top: Object) -> dict[str, Any]:
    """The block as it is, once what readers take of it has been seen to be of its kind."""
    if "claims" not in top.data:
        return {}
    block = top.known("claims", {"counts": dict, "commands": list, "figures": list, "notes": list})
    inner = Object(block, "grade.json: claims")
    for row in inner.each("figures", lambda row: row):
        row.count("line")
        for name in ("path", "text", "figure", "mark", "why", "printed", "by", "fresh"):
            row.take(name, str)
        row.count("command", None)
    for row in inner.each("commands", lambda row: row):
        row.count("line")
        for name in ("command", "path", "reason", "output", "not_fresh"):
            row.take(name, str)
    return block


_SUBMISSION = {"digest": str, "files": int, "bytes": float, "left_out": list, "minutes": float}


def _read_objective(data: Object) -> ObjectiveScore:
    return ObjectiveScore(
        points=data.number("points"),
        max_points=data.number("max_points"),
        open_points=data.number("open_points", 0.0),
        tests=data.each("tests", read_test),
    )


def _read_criterion(data: Object) -> CriterionResult:
    details = data.take("details", dict, {})
    bounds = Object(details, f"{data.where}: details")
    return CriterionResult(
        id=data.take("id", str),
        competency=data.take("competency", str),
        weight=data.number("weight"),
        level=data.count("level", None),
        max_level=data.count("max_level"),
        source=data.one_of("source", ("judge", "human", "none")),
        accepted=data.take("accepted", bool),
        reason=data.take("reason", str),
        evidence=data.each("evidence", _read_evidence),
        rationale=data.take("rationale", str),
        suggestion=data.count("suggestion", None),
        low=bounds.number("low_level", None),
        high=bounds.number("high_level", None),
        details={name: value for name, value in details.items() if name not in {"low_level", "high_level"}},
    )


def _read_evidence(data: Object) -> Evidence:
    return Evidence(
        path=data.take("path", str),
        start_line=data.count("start_line"),
        end_line=data.count("end_line"),
        quote=data.take("quote", str),
    )


def _read_competency(data: Object) -> CompetencyScore:
    return CompetencyScore(
        id=data.take("id", str),
        score=data.number("score"),
        low=data.number("low", data.data.get("score")),
        high=data.number("high", data.data.get("score")),
        max_score=data.number("max_score"),
        minimum=data.number("minimum", None),
        met=data.take("met", bool, None),
    )


def _read_score(data: Object) -> Score:
    return Score(
        value=data.number("value"),
        low=data.number("low"),
        high=data.number("high"),
        max=data.number("max"),
        final=data.take("final", bool),
    )


def _read_open(data: Object) -> Open:
    return Open(
        criterion=data.take("criterion", str),
        reason=data.take("reason", str),
        who_can_close=data.take("who_can_close", str),
        decides=data.take("decides", bool),
        points=data.number("points", 0.0),
    )
