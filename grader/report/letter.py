"""What a candidate's letter may say, gathered before any template sees it.

Only public facts enter: sums of points by group of tests, rationales of criteria whose levels count, quotes' places in
the candidate's own files. No test's id, title, message, metric or output, no level, no rater, no other person. A
template gets a `Letter` and nothing else, so that even a company's own template cannot leak what it never sees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grader.challenge import Challenge
from grader.pages.text import competency, date, listed, number, own_name, sentence, stopped, told
from grader.records import CriterionResult, Grade

Tone = Literal["advance", "decline", "open", "refused", "ours"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Points of a group of tests; `percent` is 0..100."""

    title: str
    points: str
    most: str
    percent: float


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What is said about one competency: texts, and the places in the candidate's own files they rest on."""

    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """All that a template of the letter may use. Names here are stable: companies write templates against them."""

    tone: Tone
    reference: str
    """What a candidate quotes when they write back: `9b1f04c2`. Empty where nothing could be read."""
    challenge: str
    graded_on: str
    reason: str
    """Why the work was refused; empty otherwise."""
    strengths: tuple[Remark, ...]
    advice: tuple[Remark, ...]
    groups: tuple[Group, ...]
    open_criteria: int
    open_tests: int
    read_by_people: int
    read_by_program: int


_STRONG, _WEAK = 85.0, 70.0
"""Percent of a group's points from which it is praised, and below which it is advised on."""


def letter(grade: Grade, challenge: Challenge | None, decided: str = "") -> Letter:
    """The facts of the letter for `grade`. `decided` is what people decided (advance, decline, more), and stands in the
    place of what the grade recommends."""
    groups = _groups(grade, challenge)
    counted = [entry for entry in grade.criteria if entry.accepted and entry.level is not None]
    digest = str(grade.submission.get("digest") or "").removeprefix("sha256:")
    known = {entry.criterion for entry in grade.open}
    return Letter(
        tone=_tone(grade, decided),
        reference=digest[:8],
        challenge=str(grade.challenge.get("title") or (challenge.title if challenge else "") or "your take-home"),
        graded_on=date(grade.provenance["started_at"]) if grade.provenance.get("started_at") else "",
        reason=stopped(own_name(grade.reason)) if grade.status == "refused" else "",
        strengths=_strengths(counted, groups),
        advice=_advice(counted, groups),
        groups=tuple(group for _, group in groups),
        open_criteria=len(grade.criteria) - len(counted),
        open_tests=len(known - {entry.id for entry in grade.criteria}),
        read_by_people=sum(entry.source == "human" for entry in counted),
        read_by_program=sum(entry.source == "judge" for entry in counted),
    )


def _tone(grade: Grade, decided: str) -> Tone:
    if grade.status == "refused":
        return "refused"
    if grade.status != "graded":
        return "ours"
    tones: dict[str, Tone] = {"advance": "advance", "decline": "decline"}
    return tones.get(decided or grade.recommendation, "open")


def _groups(grade: Grade, challenge: Challenge | None) -> list[tuple[str, Group]]:
    """Competency and points of each group that was run and judged in full."""
    sums: dict[str, list[float]] = {}
    tests = grade.objective.tests if grade.objective and challenge else ()
    for test in tests:
        row = sums.setdefault(test.group, [0.0, 0.0, 0.0])
        row[0] += test.points
        row[1] += test.max_points
        row[2] += test.status.value == "error"
    return [
        (
            challenge.competency_of(name),
            Group(
                title=challenge.group_title(name),
                points=number(told(points, most), 1),
                most=number(most),
                percent=round(100 * told(points, most) / most, 1),
            ),
        )
        for name, (points, most, unjudged) in sums.items()
        if challenge and most and not unjudged
    ]


# ---------------------------------------------------------------------------------------------- remarks


def _strengths(counted: Sequence[CriterionResult], groups: Sequence[tuple[str, Group]]) -> tuple[Remark, ...]:
    texts = [(entry.competency, _with_place(said, entry)) for entry in counted if (said := _halves(entry)[0])]
    for area, titles in _by_area(groups, lambda group: group.percent >= _STRONG):
        texts.append((area, f"Your code earned most of the points in {listed(titles)}."))
    return _remarks(texts)


def _advice(counted: Sequence[CriterionResult], groups: Sequence[tuple[str, Group]]) -> tuple[Remark, ...]:
    texts = [(entry.competency, said) for entry in counted if (said := _halves(entry)[1])]
    for area, titles in _by_area(groups, lambda group: group.percent < _WEAK):
        verb = "leaves" if len(titles) == 1 else "leave"
        texts.append((area, f"Of the parts that were run, {listed(titles)} {verb} the most room."))
    return _remarks(texts)


def _by_area(groups: Sequence[tuple[str, Group]], wanted: object) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for area, group in groups:
        if callable(wanted) and wanted(group):
            found.setdefault(area, []).append(f"“{group.title}”")
    return list(found.items())


def _remarks(texts: Sequence[tuple[str, str]]) -> tuple[Remark, ...]:
    by_area: dict[str, list[str]] = {}
    for area, text in texts:
        by_area.setdefault(area, []).append(text)
    return tuple(Remark(title=competency(area), texts=tuple(said)) for area, said in by_area.items())


_WHY_NOT = re.compile(r"(?:^|(?<=[.!?]) )(?:Why (?:level )?\d and )?[Nn]ot (?:level |a )?\d(?: because)?[:,.]? ")
_LEVEL = re.compile(r"\b[Ll]evel \d\b")


def _halves(entry: CriterionResult) -> tuple[str, str]:
    """A rationale as praise and advice. "… Not 5: …" parts the two; one that is not parted is praise from the middle of
    the scale on, advice below it. Sentences that argue about levels stay with the reviewers."""
    before, *after = _WHY_NOT.split(entry.rationale, maxsplit=1)
    praise, advice = _without_levels(before), _without_levels(after[0] if after else "")
    middle = (1 + entry.max_level) / 2
    if entry.level is not None and entry.level < middle:
        return "", " ".join(filter(None, (praise, advice)))
    return praise, advice


def _without_levels(text: str) -> str:
    parts = re.split(r"(?<=[.!?]) +", text.strip())
    return " ".join(sentence(part) for part in parts if part and not _LEVEL.search(part))


def _with_place(text: str, entry: CriterionResult) -> str:
    if not entry.evidence:
        return text
    first = entry.evidence[0]
    lines = f"line {first.start_line}"
    if first.end_line > first.start_line:
        lines = f"lines {first.start_line} to {first.end_line}"
    return f"{text.removesuffix('.')} ({first.path}, {lines})."
