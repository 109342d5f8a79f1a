"""Who may sign in, for administrators: add, link, change, remove. The same as `grade people` on the machine."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.records import ROLES, Role
from grader.web import visit
from grader.web.accounts import INVITE_DAYS
from grader.web.render import page


def show() -> ResponseReturnValue:
    return _page()


def _page(*, wrong: str = "", link: str = "", whose: str = "", status: int = 200) -> ResponseReturnValue:
    how = visit.server().accounts.names()
    rows = [(person, ", ".join(how.get(person.id, [])) or "not signed in yet") for person in visit.desk().people()]
    return page(
        "people.html.j2", title="People", rows=rows, roles=ROLES, wrong=wrong, invited=link, whose=whose,
        days=INVITE_DAYS,
    ), status  # fmt: skip


def add() -> ResponseReturnValue:
    """Adds somebody and shows their link, once."""
    candidates = [text.strip() for text in request.form.get("candidates", "").split(",") if text.strip()]
    try:
        person = visit.desk().add_person(
            visit.actor(), request.form.get("name", ""), roles=_roles() or ("reviewer",),
            team=request.form.get("team", ""), candidates=candidates,
        )  # fmt: skip
    except UsageError as problem:
        return _page(wrong=problem.message, status=409)
    return _linked(person.id, person.name)


def link(person: str) -> ResponseReturnValue:
    found = visit.desk().person(person)
    if found is None or not found.active:
        return _page(wrong="That person can no longer sign in.", status=409)
    return _linked(found.id, found.name)


def _linked(person: str, name: str) -> ResponseReturnValue:
    token = visit.server().accounts.invite(person, by=visit.person().name)
    visit.desk().log(visit.actor(), "link made", {"about": person})
    return _page(link=visit.server().config.url + f"/invite/{token}", whose=name)


def change(person: str) -> ResponseReturnValue:
    """Other roles, another team, in or out. Who is out is out at once."""
    found = visit.desk().person(person)
    if found is None:
        return _page(wrong="There is no such person.", status=409)
    active = request.form.get("active") != "no"
    candidates = [text.strip() for text in request.form.get("candidates", "").split(",") if text.strip()]
    try:
        visit.desk().change_person(
            visit.actor(), found, roles=_roles() or None, team=request.form.get("team", found.team),
            candidates=candidates if "candidates" in request.form else None, active=active,
        )  # fmt: skip
    except UsageError as problem:
        return _page(wrong=problem.message, status=409)
    if not active:
        visit.server().accounts.shut_out(found.id)
    return redirect(url_for("people.show"), 303)


def _roles() -> tuple[Role, ...]:
    given = request.form.getlist("role")
    return tuple(role for role in ROLES if role in given)
