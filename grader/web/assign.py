"""Opening cases for what is graded, and asking many people for many cases: shown before it is done."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.assigning import AssignmentPlan, Wish
from grader.review.opening import Unopened
from grader.web import visit
from grader.web.cases import NAMES
from grader.web.packs import instruction_of
from grader.web.queue import name_of
from grader.web.render import page

MOST_EACH, MOST_CAP = 5, 1_000


class Load(NamedTuple):
    """What one person would have to do: new, and open altogether."""

    name: str
    team: str
    new: int
    altogether: int
    percent: float
    anchors: int
    """Cases among them whose levels are known."""
    short: int
    """Such cases that are due to them and that there are not."""


def show() -> ResponseReturnValue:
    return _page()


def _page(*, wrong: str = "", status: int = 200, plan: AssignmentPlan | None = None) -> ResponseReturnValue:
    desk = visit.desk()
    waiting = desk.unopened(visit.actor())
    views: dict[str, Any] = {
        "title": "Assign",
        "wrong": wrong,
        "waiting": Counter(one.challenge for one in waiting),
        "each": request.form.get("each", "2"),
        "bar_raiser": request.form.get("bar_raiser") == "yes",
        "cap": request.form.get("cap", ""),
        "most_each": MOST_EACH,
        "plan": plan,
        "minimum": request.form.get("minimum", "2"),
        "anchors": request.form.get("anchors", ""),
        "chosen": [(one, name_of(one.blind, one.case)) for one in desk.anchors(visit.actor())],
        **(_shown(plan) if plan else {}),
    }
    return page("assign.html.j2", **views), status


def _shown(plan: AssignmentPlan) -> dict[str, Any]:
    """A plan in words: who would be asked for what."""
    known = {person.id: person for person in visit.desk().people()}
    names = visit.desk().case_names(
        visit.actor(), [*(part.case for part in plan.parts), *(one for one, _ in plan.lacking)]
    )
    anchors, short = Counter(person for person, _ in plan.anchors), Counter(plan.short)
    new = Counter(part.person for part in plan.parts) + anchors
    most = max(plan.loads.values(), default=1)
    by_case: dict[str, list[str]] = {}
    for part in plan.parts:
        kind = "" if part.kind == "assessor" else f" ({NAMES[part.kind]})"
        by_case.setdefault(part.case, []).append(known[part.person].name + kind)
    loads = [
        Load(known[one].name, known[one].team, new[one], plan.loads.get(one, 0), 100 * plan.loads.get(one, 0) / most,
             anchors[one], short[one])
        for one in sorted({*new, *short}, key=lambda one: known[one].name)
    ]  # fmt: skip
    return {
        "loads": loads,
        "by_case": [(name_of(names.get(case, ""), case), people) for case, people in by_case.items()],
        "lacking": [(name_of(names.get(case, ""), case), why) for case, why in plan.lacking],
        "blocks": [[known[one].name for one in block if one in known] for block in plan.blocks],
    }


def preview() -> ResponseReturnValue:
    """Shows who would be asked for what; nothing is done."""
    try:
        return _page(plan=visit.desk().preview(visit.actor(), (), _wish()))
    except UsageError as problem:
        return _page(wrong=problem.message, status=422)


def carry_out() -> ResponseReturnValue:
    """Asks as it was shown; where things have changed since, it is shown anew and nothing is done."""
    try:
        visit.desk().carry_out(visit.actor(), request.form.get("digest", ""), (), _wish())
    except UsageError as problem:
        plan = visit.desk().preview(visit.actor(), (), _wish())
        return _page(wrong=problem.message, status=409, plan=plan)
    return redirect(url_for("cases.show"), 303)


def _wish() -> Wish:
    """Raises UsageError for a number that is none."""
    return Wish(
        each=_number("each", "Assessors of each case", 1, MOST_EACH) or 2,
        bar_raiser=request.form.get("bar_raiser") == "yes",
        cap=_number("cap", "At most for one person", 1, MOST_CAP),
        anchors=_number("anchors", "An anchor for every so many", 1, MOST_CAP) or 0,
    )


def _number(name: str, said: str, low: int, high: int) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high):
        raise UsageError(f"{said}: a number from {low} to {high}, not {text[:20]!r}.")
    return int(text)


# ---------------------------------------------------------------------------------------------- cases for runs


def open_cases() -> ResponseReturnValue:
    """Opens a case for each finished run of a challenge that has none yet."""
    desk, wanted = visit.desk(), request.form.get("challenge", "")
    bar_raiser = request.form.get("bar_raiser") == "yes"
    refused: list[str] = []
    try:
        minimum = _number("minimum", "Independent assessments before a case is opened to all", 2, MOST_EACH) or 2
        for run in desk.unopened(visit.actor()):
            if run.challenge == wanted:
                _open(run, minimum, refused, bar_raiser=bar_raiser)
    except UsageError as problem:
        return _page(wrong=problem.message, status=422)
    if refused:
        return _page(wrong=f"{len(refused)} could not be opened; the first: {refused[0]}", status=409)
    return redirect(url_for("assign.show"), 303)


def _open(run: Unopened, minimum: int, refused: list[str], *, bar_raiser: bool) -> None:
    text = instruction_of(run.challenge, run.version)
    try:
        visit.desk().open_case(visit.actor(), run.run, instruction=text, minimum=minimum, bar_raiser=bar_raiser)
    except UsageError as problem:
        refused.append(problem.message)
