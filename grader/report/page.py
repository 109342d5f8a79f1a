"""report.html: the views of a grade put into the page, and the page sealed.

Views are named tuples, not dataclasses: a class of theirs is made seven times faster, and that counts in a command that
renders one page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from grader.challenge import Challenge
from grader.pages.templating import css_text, pages, policy
from grader.pages.templating import source as asset
from grader.pages.text import clean, competency, count, listed, number, sentence, stopped
from grader.records import Grade, Submission
from grader.report import claims, criteria, first, results, run, wording
from grader.report.blind import Blind, words_of
from grader.report.code import File, Mark, split_rules
from grader.report.source import Shown
from grader.report.source import shown as shown_source
from grader.submission.person import Identities

_MANY_FILES, _MANY_TESTS = 60, 300
"""From here on a page draws only what is looked at: opening stays quick, at the cost of a jumping scroll bar."""


TEMPLATES = Path(__file__).parent / "templates"


class Share(NamedTuple):
    """Where the points of a competency come from: target on the page, name, points, most."""

    id: str
    title: str
    parts: tuple[tuple[str, str, str, str], ...]
    points: str
    most: str


def render(
    grade: Grade,
    challenge: Challenge | None,
    submission: Submission | None,
    *,
    blind: bool,
    candidate: str,
    known: Sequence[str] = (),
) -> str:
    """The page as one self-contained HTML text."""
    from markupsafe import Markup

    said = (submission.source, *submission.people) if submission else ()
    names = tuple(filter(None, (candidate, *said, *known))) if blind else None
    flags = first.flags(grade, submission.files if submission else ())
    source = _source(grade, challenge, submission, flags, names)
    files, common, hidden = source.files, _common(challenge), None
    if names is not None:
        hidden = Blind(names, common, source.found, unread=source.unread)
    if hidden is not None:
        hidden.hide_paths(submission.files if submission else ())
        grade = hidden.grade(grade)
    shown = {mark.label: mark.id for file in files if file.body is not None for mark in file.marks}
    who = candidate if candidate and not blind else _pseudonym(grade)
    outcome = wording.outcome(grade, challenge)
    style = _style(f"{who}, {grade.challenge.get('id', '')}: {outcome.word.lower()}", files)
    script = asset("page.js")
    views = {
        **_always(grade),
        **(_graded(grade, challenge, shown) if challenge and grade.score else _NOTHING),
        "mask": hidden.own if hidden else str,
        "outcome": outcome,
        "who": who,
        "blind": blind,
        "hidden": _hidden(Counter(source.removed) + hidden.removed) if hidden else "",
        "unread": source.unread,
        "title": f"{outcome.heading} · {who}, {grade.challenge.get('id', '')}",
        "flags": [_flag(flag, at, shown) for at, flag in enumerate(flags, 1)],
        **_claimed(grade, files),
        "files": files,
        "folders": [(folder, list(group)) for folder, group in groupby(files, key=lambda file: file.folder)],
        "csp": policy(style, script),
        "style": Markup(style),  # noqa: S704 - our own file, and rules made of checked ids
        "script": Markup(script),  # noqa: S704 - our own file
        "breakable": _breakable,
        "large": len(files) > _MANY_FILES or (grade.objective is not None and len(grade.objective.tests) > _MANY_TESTS),
    }
    views["parts"] = _parts(views)
    return pages(TEMPLATES).get_template("report.html.j2").render(views)


def _pseudonym(grade: Grade) -> str:
    digest = str(grade.submission.get("digest") or "").removeprefix("sha256:")
    return f"Submission {digest[:8]}" if digest else "Submission"


def _style(foot: str, files: Sequence[File]) -> str:
    page = (
        "@page { size: A4; margin: 14mm 14mm 16mm;"
        f" @bottom-left {{ content: {css_text(foot)}; font: 7.5pt system-ui }}"
        ' @bottom-right { content: counter(page) " of " counter(pages); font: 7.5pt system-ui } }\n'
    )
    return asset("page.css") + page + split_rules(files)


def _breakable(name: str) -> Any:
    """A test's name that may be broken after an underscore."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(escape(part) for part in clean(name).split("_"))


def _parts(views: dict[str, Any]) -> list[tuple[str, str]]:
    known = [
        ("tests", "Tests", "groups"),
        ("criteria", "Criteria", "criteria"),
        ("figures", "Figures", "claimed"),
        ("code", "Code", "files"),
    ]
    found = [(anchor, name) for anchor, name, key in known if views[key]]
    return [*found, *([("run", "Run")] if views["stages"] else []), ("basis", "Basis")]


# ---------------------------------------------------------------------------------------------- views


def _always(grade: Grade) -> dict[str, Any]:
    """What every page says, with a grade or without."""
    asked, calls_total = run.asked(grade)
    return {
        "challenge_title": str(grade.challenge.get("title") or ""),
        "challenge_name": f"{grade.challenge.get('id') or ''} {grade.challenge.get('version') or ''}".strip(),
        "graded_on": first.started(grade),
        "no_grade": None if grade.score else wording.no_grade(grade),
        "reason": stopped(grade.reason),
        "detail": clean(grade.detail),
        "lead": sentence(grade.recommendation_reason),
        "stages": run.stages(grade.timings),
        "took": run.took(grade.timings),
        "asked": asked,
        "calls_shown": sum(len(one.calls) for one in asked),
        "calls_total": calls_total,
        "left_out": run.left_out(grade),
        "provenance": run.provenance(grade),
    }


def _claimed(grade: Grade, files: Sequence[File]) -> dict[str, Any]:
    """The figures that documents state, and the commands that were to come to them again."""
    return {
        "claimed": claims.figures(grade.claims, files),
        "claim_commands": claims.commands(grade.claims),
        "claimed_said": claims.summary(grade.claims),
    }


_NOTHING: dict[str, Any] = dict.fromkeys(
    ("condition", "total", "bars", "todos", "facts", "groups", "criteria", "uses", "shares", "limits")
)
"""What a page without a grade leaves out."""


def _graded(grade: Grade, challenge: Challenge, shown: dict[str, str]) -> dict[str, Any]:
    return {
        "condition": _condition(grade, challenge),
        "total": first.total(grade, challenge),
        "bars": first.bars(grade, challenge),
        "todos": first.todos(grade, challenge),
        "facts": first.facts(grade, challenge),
        **_tests(grade, challenge),
        **_criteria(grade, challenge, shown),
        "uses": run.uses(grade, challenge),
        "shares": shares(grade, challenge),
        "limits": run.limits(challenge),
    }


def _condition(grade: Grade, challenge: Challenge) -> tuple[str, str, str] | None:
    """Where one criterion alone decides: its place on the page, its question, and what each of its levels would do."""
    deciding = [entry.criterion for entry in grade.open if entry.decides]
    only = next((entry for entry in grade.criteria if [entry.id] == deciding), None)
    said = wording.levels_in_words(only, grade, challenge) if only else ""
    if only is None or not said:
        return None
    return f"c-{only.id}", wording.short_name(only.id, challenge), said[0].lower() + said[1:]


def _tests(grade: Grade, challenge: Challenge) -> dict[str, Any]:
    tests = grade.objective.tests if grade.objective else ()
    groups = results.groups(tests, challenge)
    points = f"{number(grade.objective.points)} / {number(grade.objective.max_points)}" if grade.objective else ""
    return {
        "groups": groups,
        "tests_points": points,
        "tests_lead": _tests_lead([row for group in groups for row in (*group.lost, *group.full)]),
        "lost_count": sum(len(group.lost) for group in groups),
    }


def _tests_lead(rows: Sequence[results.ResultRow]) -> str:
    words: dict[str, int] = {}
    for row in rows:
        words[row.word] = words.get(row.word, 0) + 1
    names = {"passed": "in full", "partly": "in part", "no points": "passed without points"}
    order = ["passed", "partly", "no points", "failed", "stopped at a limit", "could not be judged", "did not run"]
    parts = [f"{words[word]:,} {names.get(word, word)}" for word in order if word in words]
    return (
        f"{count(len(rows), 'hidden test')}: {listed(parts)}. "
        "A bar runs from the floor, where points begin, to the target, where they are full."
    )


def _criteria(grade: Grade, challenge: Challenge, shown: dict[str, str]) -> dict[str, Any]:
    earned, closed, left = first.criteria_points(grade, challenge)
    points = f"{number(earned)} / {number(closed)}" if closed else ""
    return {
        "criteria": criteria.views(grade, challenge, shown),
        "criteria_points": ", ".join(filter(None, (points, f"{number(left)} open" if left else ""))),
    }


def _common(challenge: Challenge | None) -> frozenset[str]:
    return words_of(challenge) if challenge else frozenset()


def _hidden(removed: Mapping[str, int]) -> str:
    """What was taken out of a blind copy, counted."""
    return listed([f"{amount:,} × {kind}" for kind, amount in sorted(removed.items())])


def _source(
    grade: Grade,
    challenge: Challenge | None,
    submission: Submission | None,
    flags: Sequence[first.Flag],
    names: tuple[str, ...] | None,
) -> Shown:
    if submission is None or challenge is None:
        return Shown([], Identities(), {})
    marks = criteria.marks(grade, challenge)
    marks += [
        Mark(label=_flag_label(at, nth), path=path, start=start, end=end, title=flag.text, back="basis", warn=True)
        for at, flag in enumerate(flags, 1)
        for nth, (path, start, end) in enumerate(flag.places, 1)
    ]
    return shown_source(submission.files, marks, names, _common(challenge))


def _flag(flag: first.Flag, at: int, shown: Mapping[str, str]) -> dict[str, Any]:
    """A flag in words, with where on the page its places are shown."""
    labels = [_flag_label(at, nth) for nth in range(1, len(flag.places) + 1)]
    return {"text": stopped(flag.text), "targets": [shown[label] for label in labels if label in shown]}


def _flag_label(at: int, nth: int) -> str:
    return f"!{at}" if nth == 1 else f"!{at}-{nth}"


def shares(grade: Grade, challenge: Challenge) -> list[Share]:
    """For each competency, the groups of tests and the criteria its points come from, on the scale of the total."""
    parts: dict[str, list[tuple[str, str, str, str]]] = {}
    tests = grade.objective.tests if grade.objective else ()
    most = sum(test.max_points for test in tests)
    objective = (grade.score.max if grade.score else 0.0) - sum(
        wording.full_points(entry, grade, challenge) for entry in grade.criteria
    )
    by_group: dict[str, list[float]] = {name: [0.0, 0.0] for name in challenge.groups}
    for test in tests:
        sums = by_group.setdefault(test.group, [0.0, 0.0])
        sums[0] += test.points
        sums[1] += test.max_points
    for name, (points, full) in by_group.items():
        if full:
            row = (
                f"g-{first.test_anchor(name)[2:]}", f"Tests: {challenge.group_title(name)}",
                number(points * objective / most), number(full * objective / most),
            )  # fmt: skip
            parts.setdefault(challenge.competency_of(name), []).append(row)
    for entry in grade.criteria:
        earned, whole = wording.earned_points(entry, grade, challenge), wording.full_points(entry, grade, challenge)
        name = wording.short_name(entry.id, challenge)
        row = (f"c-{entry.id}", name, "open" if earned is None else number(earned), number(whole))
        parts.setdefault(entry.competency, []).append(row)
    return [
        Share(
            id=entry.id, title=competency(entry.id), parts=tuple(parts.get(entry.id, ())),
            points=number(entry.low) if entry.low == entry.high else f"{number(entry.low)}–{number(entry.high)}",
            most=number(entry.max_score),
        )
        for entry in grade.competencies
    ]  # fmt: skip
