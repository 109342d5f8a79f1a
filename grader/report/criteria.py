"""Criteria as a reader meets them: the level or why there is none, all anchors, the quotes, the judge's standing."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any, NamedTuple

from grader.challenge import Challenge
from grader.pages.text import competency, count, duration, number, sentence
from grader.records import CriterionResult, Evidence, Grade
from grader.report import wording
from grader.report.code import Mark

_QUOTE = 1_200
_NEEDED = 0.70
"""Agreement that a judge needs where the rubric does not say otherwise."""


class Quote(NamedTuple):
    """A piece of evidence: its label, its words, and the lines it links to where they are on the page."""

    label: str
    id: str
    text: str
    place: str
    target: str
    code: bool


class Anchor(NamedTuple):
    """A level and its text. `state` is given, suggested or empty."""

    level: int
    text: str
    state: str


class GateView(NamedTuple):
    """The judge's standing on a criterion; positions are percent of the line from chance (0) to perfect (100)."""

    lead: str
    text: str
    verdict: str
    judge: float | None
    people: float | None
    low: float | None
    high: float | None
    needed: float
    judge_text: str
    people_text: str
    needed_text: str


class Assessor(NamedTuple):
    """One person's independent view, by a letter and not by name."""

    who: str
    level: str
    text: str
    places: str


class CriterionView(NamedTuple):
    """One criterion on the page."""

    number: int
    anchor: str
    question: str
    competency: str
    level: str
    by: str
    points: str
    open: bool
    why: str
    """Why the level counts or there is none; empty where the judge's gate says it."""
    rationale: str
    suggestion: str
    effect: str
    who: str
    quotes: tuple[Quote, ...]
    anchors: tuple[Anchor, ...]
    gate: GateView | None
    facts: str
    people: tuple[Assessor, ...]
    """What each assessor said, where people rated."""
    beside: str
    """What a judge said about the same, where people's levels stand in its place."""


def marks(grade: Grade, challenge: Challenge) -> list[Mark]:
    """All evidence of the criteria as marks for the code view."""
    questions = {criterion.id: criterion.question for criterion in challenge.rubric.criteria}
    return [
        Mark(
            label=label(number, place), path=entry.path, start=entry.start_line, end=entry.end_line,
            title=questions.get(criterion.id, criterion.id), back=f"e{label(number, place)}",
        )
        for number, criterion in enumerate(grade.criteria, 1)
        for place, entry in enumerate(criterion.evidence)
    ]  # fmt: skip


def label(number: int, place: int) -> str:
    """`3b` for the second quote of the third criterion."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(97 + rest) + letters
    return f"{number}{letters}"


def views(grade: Grade, challenge: Challenge, shown: Mapping[str, str]) -> list[CriterionView]:
    """The criteria in order. `shown` maps the labels of marks that are on the page to their id there."""
    return [_view(number, entry, grade, challenge, shown) for number, entry in enumerate(grade.criteria, 1)]


def _view(
    number_: int, result: CriterionResult, grade: Grade, challenge: Challenge, shown: Mapping[str, str]
) -> CriterionView:
    known = next((criterion for criterion in challenge.rubric.criteria if criterion.id == result.id), None)
    earned, full = wording.earned_points(result, grade, challenge), wording.full_points(result, grade, challenge)
    gate = _gate_of(result, grade)
    withheld = earned is None and gate.get("verdict") == "STALE"
    hint = None if withheld or earned is not None else result.suggestion
    entry = next((entry for entry in grade.open if entry.criterion == result.id), None)
    return CriterionView(
        number=number_,
        anchor=f"c-{result.id}",
        question=known.question if known else result.id,
        competency=competency(result.competency),
        level="" if earned is None else str(result.level),
        by={"judge": "by the judge", "human": "by people", "none": "asking nobody"}[result.source],
        points=f"0 to {number(full)} points" if earned is None else f"{number(earned)} of {number(full)} points",
        open=earned is None,
        why="" if gate and earned is not None and result.source != "none" else sentence(result.reason),
        rationale="" if earned is None and hint is None else result.rationale,
        suggestion="" if hint is None else str(hint),
        effect=wording.levels_in_words(result, grade, challenge) if earned is None and grade.score else "",
        who=sentence(entry.who_can_close).removesuffix(".") if entry else "",
        quotes=tuple(_quote(label(number_, at), quote, shown) for at, quote in enumerate(result.evidence)),
        anchors=tuple(
            Anchor(level=level, text=text, state=_anchor_state(level, result, earned, hint))
            for level, text in (known.levels if known else {}).items()
        ),
        gate=_gate(gate, challenge, counts=earned is not None) if gate else None,
        facts="" if withheld else _facts(result, hide_levels=earned is None and hint is None),
        people=_people(_said(result)),
        beside=_beside(_said(result)),
    )


def _said(result: CriterionResult) -> Mapping[str, Any]:
    """What people said: of the criterion, or beside a judge's level that stays."""
    beside = result.details.get("people")
    return beside if isinstance(beside, Mapping) else result.details


def _people(details: Mapping[str, Any]) -> tuple[Assessor, ...]:
    return tuple(
        Assessor(
            who=str(one.get("assessor", "")),
            level="" if one.get("level") is None else str(one["level"]),
            text=str(one.get("note") or one.get("cannot_judge") or ""),
            places=", ".join(f"{place['path']}:{place['start_line']}" for place in one.get("evidence", ())),
        )
        for one in details.get("assessors", ())
    )


def _beside(details: Mapping[str, Any]) -> str:
    judge = details.get("judge")
    if not isinstance(judge, Mapping) or judge.get("level") is None:
        return ""
    counted = "would have counted" if judge.get("accepted") else "was only a suggestion"
    return f"A judge’s level on this, {judge['level']}, {counted}; people’s stands."


def _anchor_state(level: int, result: CriterionResult, earned: float | None, hint: int | None) -> str:
    if earned is not None:
        return "given" if level == result.level else ""
    return "suggested" if level == hint else ""


def _quote(name: str, entry: Evidence, shown: Mapping[str, str]) -> Quote:
    lines = (
        f"line {entry.start_line}"
        if entry.start_line == entry.end_line
        else f"lines {entry.start_line}–{entry.end_line}"
    )
    text = dedent(entry.quote[:_QUOTE]) + (" …" if len(entry.quote) > _QUOTE else "")
    return Quote(
        label=name,
        id=f"e{name}",
        text=text,
        place=f"{entry.path}, {lines}",
        target=shown.get(name, ""),
        code=not entry.path.lower().endswith((".md", ".markdown", ".txt", ".rst")),
    )


# ---------------------------------------------------------------------------------------------- the judge


def _gate_of(result: CriterionResult, grade: Grade) -> Mapping[str, Any]:
    """What is known about the judge's agreement here: with the criterion, else with the judge."""
    if result.source == "human":
        return {}
    own = result.details.get("gate")
    if isinstance(own, Mapping):
        return own
    gates = grade.judge.get("gate")
    found = gates.get(result.id) if isinstance(gates, Mapping) else None
    return found if isinstance(found, Mapping) else {"verdict": found} if found else {}


def _gate(gate: Mapping[str, Any], challenge: Challenge, *, counts: bool) -> GateView:
    needed = challenge.rubric.gate.judge_qwk or _NEEDED
    stale = gate.get("verdict") == "STALE"
    places = {
        key: None if stale else _place(gate.get(key)) for key in ("qwk", "human_human_qwk", "qwk_low", "qwk_high")
    }
    return GateView(
        lead=wording.gate_lead(gate, counts=counts),
        text=wording.gate_sentence(gate),
        verdict=str(gate.get("verdict") or ""),
        judge=places["qwk"],
        people=places["human_human_qwk"],
        low=places["qwk_low"],
        high=places["qwk_high"],
        needed=100 * needed,
        judge_text=_two(gate.get("qwk")),
        people_text=_two(gate.get("human_human_qwk")),
        needed_text=f"{needed:.2f}",
    )


def _place(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return round(100 * min(1.0, max(0.0, value)), 1)


def _two(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _facts(result: CriterionResult, *, hide_levels: bool) -> str:
    """One line about how the judge came to its level; nothing that is not there is said."""
    details: Mapping[str, Any] = result.details
    parts = [] if hide_levels else _readings(result)
    if details.get("dropped_quotes"):
        parts.append(f"{count(_amount(details['dropped_quotes']), 'quote')} not found word for word, and dropped")
    if details.get("not_shown"):
        parts.append(f"{count(_amount(details['not_shown']), 'part')} of the submission not shown to the judge")
    if details.get("findings"):
        parts.append(f"{count(_amount(details['findings']), 'place')} where text addresses a grader")
    if _is_number(details.get("seconds")):
        parts.append(duration(details["seconds"]))
    tokens = [details.get(key) for key in ("prompt_tokens", "completion_tokens")]
    if all(map(_is_number, tokens)):
        parts.append(f"{number(tokens[0] or 0)} tokens in, {number(tokens[1] or 0)} out")
    if _is_number(details.get("cost")):
        parts.append(f"${number(details['cost'], 4)}")
    return sentence(" · ".join(parts)) if parts else ""


def _readings(result: CriterionResult) -> list[str]:
    levels, parts = result.details.get("levels"), []
    low, high = result.low, result.high
    if isinstance(levels, (list, tuple)) and levels:
        parts.append(f"read {count(len(levels), 'time')}: {', '.join(map(str, levels))}")
    if low is not None and high is not None and low != high:
        parts.append(f"people would give {number(low, 1)} to {number(high, 1)} (90 % interval)")
    return parts


def _amount(value: object) -> int:
    return len(value) if isinstance(value, (list, tuple)) else int(value) if isinstance(value, (int, float)) else 1


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
