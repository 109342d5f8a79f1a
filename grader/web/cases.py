"""All cases, for leads: where each stands, never what anybody said. And one case: who was asked, what it waits for."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.cases import CaseRow
from grader.review.problems import NotReadyError
from grader.review.records import KINDS, Kind, Person
from grader.review.visible import View
from grader.web import happened, visit
from grader.web.queue import name_of
from grader.web.render import page

STAGES = {"collecting": "being rated", "debrief": "to debrief", "decided": "decided", "released": "released"}
STATES = {"assigned": "asked", "draft": "began", "submitted": "handed in", "sealed": "open to all",
          "recused": "stepped back", "late": "closed before it was in"}  # fmt: skip
NAMES: dict[str, str] = {"assessor": "assessor", "bar_raiser": "bar raiser", "adjudicator": "to settle"}


class Line(NamedTuple):
    """A case in the list. `percent`: how much of what was asked for is in; None where it may not be told."""

    case: str
    who: str
    challenge: str
    stage: str
    asked: int | None
    inside: int | None
    percent: float | None
    at: str


def show() -> ResponseReturnValue:
    """A page of fifty, the newest first. What is filtered by stands in the address."""
    wanted = {name: request.args.get(name, "")[:200] for name in ("state", "challenge", "person", "text", "after")}
    found = visit.desk().cases(
        visit.actor(), state=wanted["state"], challenge=wanted["challenge"], person=wanted["person"],
        text=wanted["text"], after=wanted["after"],
    )  # fmt: skip
    people = [one for one in visit.desk().people() if one.active]
    kept: dict[str, Any] = {name: value for name, value in wanted.items() if value and name != "after"}
    return page(
        "cases.html.j2", title="Cases", lines=[_line(row) for row in found.rows], wanted=wanted, stages=STAGES,
        people=people, challenges=visit.desk().challenges(), first=url_for("cases.show", **kept),
        next=url_for("cases.show", **kept, after=found.after) if found.after else "",
    )  # fmt: skip


def _line(row: CaseRow) -> Line:
    told = row.asked is not None and row.inside is not None
    share = 100 * (row.inside or 0) / row.asked if told and row.asked else None
    return Line(
        row.case, name_of(row.blind, row.case), f"{row.challenge} {row.challenge_version}", STAGES[row.state],
        row.asked, row.inside, share, row.at[:10],
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- one case


def one(case: str) -> ResponseReturnValue:
    view = visit.desk().view(visit.actor(), case)
    if view.progress is None:  # its own rater sees their part of it, like any other
        return redirect(url_for("rate.show", case=case), 303)
    return _one(view)


def _one(view: View, *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    g.inside = "cases"
    progress = view.progress
    asked = progress.asked if progress else ()
    busy = {person.id for person, _, _ in asked}
    free = [person for person in visit.desk().people() if person.active and person.id not in busy]
    views: dict[str, Any] = {
        "title": name_of(view.blind, view.id),
        "case": view,
        "who": name_of(view.blind, view.id),
        "stage": STAGES[view.state],
        "asked": [(person, NAMES[kind], STATES[state]) for person, kind, state in asked],
        "missing": progress.missing if progress else (),
        "free": free,
        "kinds": [(kind, NAMES[kind]) for kind in KINDS],
        "may": view.may,
        "came_in": came_in(view),
        "wrong": wrong,
        "is_anchor": any(one.case == view.id for one in visit.desk().anchors(visit.actor())),
        "events": _events(view),
    }
    return page("case.html.j2", **views), status


def came_in(view: View) -> bool:
    """Whether an assessment is in since the reveal, and this person may open it."""
    states = [state for _, _, state in view.progress.asked] if view.progress else []
    return view.revealed and "reopen" in view.may and "submitted" in states


def _events(view: View) -> happened.Events | None:
    """What happened, reading too; None for whom it is not."""
    try:
        return happened.page_of(view.id)
    except UsageError:
        return None


def ask(case: str) -> ResponseReturnValue:
    """Asks somebody to rate the case."""
    desk = visit.desk()
    view = desk.view(visit.actor(), case)
    person: Person | None = desk.person(request.form.get("person", ""))
    wanted = request.form.get("kind", "assessor")
    kind: Kind = next((kind for kind in KINDS if kind == wanted), "assessor")
    if person is None:
        return _one(view, wrong="Choose who is asked.", status=422)
    try:
        desk.assign(visit.actor(), case, person, kind)
    except UsageError as problem:
        return _one(view, wrong=problem.message, status=409)
    return redirect(url_for("cases.one", case=case), 303)


def reveal(case: str) -> ResponseReturnValue:
    """Opens the case to all who rated it, at once."""
    desk, early = visit.desk(), request.form.get("early") == "yes"
    try:
        desk.reveal(visit.actor(), case, early=early, why=request.form.get("why", ""))
    except NotReadyError as problem:
        return _one(desk.view(visit.actor(), case), wrong=" ".join(problem.reasons), status=409)
    except UsageError as problem:
        return _one(desk.view(visit.actor(), case), wrong=problem.message, status=409)
    return redirect(url_for("debrief.show", case=case), 303)


def anchor(case: str) -> ResponseReturnValue:
    """Makes a closed case an anchor, or ends that it is one."""
    desk, chosen = visit.desk(), request.form.get("chosen") == "yes"
    try:
        desk.choose_anchor(visit.actor(), case, chosen=chosen)
    except UsageError as problem:
        return _one(desk.view(visit.actor(), case), wrong=problem.message, status=409)
    return redirect(url_for("cases.one", case=case), 303)


def look(case: str) -> ResponseReturnValue:
    """An admin looks before the reveal, for a reason that everybody reads afterwards."""
    from grader.web import debrief

    reason = request.form.get("why", "")
    if not reason.strip():
        return _one(
            visit.desk().view(visit.actor(), case), wrong="Looking before the reveal takes a reason.", status=422
        )
    return debrief.shown(visit.desk().view(visit.actor(), case, glass=reason), glass=True)
