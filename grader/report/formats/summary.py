"""summary.md: the grade for GitHub's step summary or a comment on a pull request."""

from __future__ import annotations

from grader.challenge import Challenge
from grader.pages.markdown import escaped
from grader.pages.text import competency, number, own_name, sentence, span, stopped
from grader.records import Grade
from grader.report import wording
from grader.report.formats.cases import cases, challenge_name

_MOST = 60
"""Tests that lost points and are listed; a step summary is read, not searched."""
_WORDS = {"failed": "failed", "passed": "partly", "error": "could not be judged", "not_run": "did not run"}


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """summary.md, every text in it escaped."""
    lines = _reviewer(grade, challenge) if audience == "reviewer" else _candidate(grade, challenge)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _reviewer(grade: Grade, challenge: Challenge | None) -> list[str]:
    lines = [f"## {escaped(wording.outcome(grade, challenge).heading)}", ""]
    if grade.score is None or challenge is None:
        mend = wording.no_grade(grade)
        return [*lines, escaped(stopped(grade.reason)), "", escaped(mend.fault), "", escaped(mend.step)]
    score = grade.score
    shown = span(score.low, score.high, challenge.pass_mark)
    name, mark = escaped(challenge_name(grade)), number(challenge.pass_mark)
    lines += [
        f"**{shown} of {number(score.max)}** for {name}, pass mark {mark}.",
        escaped(sentence(grade.recommendation_reason)),
        "",
        "| Competency | Share | Minimum | |",
        "|---|--:|--:|---|",
    ]
    for entry in grade.competencies:
        low, high = (100 * value / entry.max_score if entry.max_score else 0.0 for value in (entry.low, entry.high))
        asked = None if entry.minimum is None else 100 * entry.minimum
        state = {True: "met", False: "missed", None: "open"}[entry.met] if asked is not None else ""
        least = "" if asked is None else f"{number(asked)} %"
        lines.append(f"| {escaped(competency(entry.id))} | {span(low, high, asked)} % | {least} | {state} |")
    return lines + _open(grade) + _flags(grade) + _groups(grade, challenge) + _lost(grade, challenge)


def _open(grade: Grade) -> list[str]:
    if not grade.open:
        return ["", "Nothing is open."]
    return ["", "### Open", ""] + [
        f"- **{escaped(entry.criterion)}**{' (decides)' if entry.decides else ''}: {escaped(sentence(entry.reason))} "
        f"{escaped(sentence(entry.who_can_close))}"
        for entry in grade.open
    ]


def _flags(grade: Grade) -> list[str]:
    return ["", "### Flags", "", *(f"- {escaped(stopped(flag))}" for flag in grade.flags)] if grade.flags else []


def _groups(grade: Grade, challenge: Challenge | None) -> list[str]:
    rows = [
        f"| {escaped(case.name)} | {number(case.points)} | {number(case.max_points)} |"
        for case in cases(grade, challenge, "groups")
    ]
    return ["", "| Tests | Points | of |", "|---|--:|--:|", *rows] if rows else []


def _lost(grade: Grade, challenge: Challenge) -> list[str]:
    lost = [case for case in cases(grade, challenge, "reviewer") if case.points < case.max_points - 1e-9]
    if not lost:
        return []
    rows = [
        f"| {escaped(case.name)} | {_WORDS[case.status]} | {number(case.points)} / {number(case.max_points)} "
        f"| {escaped(case.message.split(chr(10))[0][:160])} |"
        for case in lost[:_MOST]
    ]
    more = ["", f"And {len(lost) - _MOST} more."] if len(lost) > _MOST else []
    title = f"<details><summary>{len(lost)} tests lost points</summary>"
    return ["", title, "", "| Test | | Points | Why |", "|---|---|--:|---|", *rows, *more, "", "</details>"]


def _candidate(grade: Grade, challenge: Challenge | None) -> list[str]:
    if grade.status == "refused":
        return ["## This could not be graded as it is", "", escaped(stopped(own_name(grade.reason)))]
    if grade.status != "graded":
        return ["## There is no grade yet", "", "The fault is on our side; the run will be repeated."]
    lead = "Tests ran by themselves; people read the rest and decide."
    return [f"## {escaped(challenge_name(grade))}", "", lead, *_groups(grade, challenge)]
