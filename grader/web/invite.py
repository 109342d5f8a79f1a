"""The link that a new person gets. Looking at it changes nothing: mail scanners look at links. The button does."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.web import visit
from grader.web.accounts import SHORTEST, AccountError, folded
from grader.web.errors import said
from grader.web.render import page


def show(token: str) -> ResponseReturnValue:
    return _form(token)


def take(token: str) -> ResponseReturnValue:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _form(token, "The two passwords differ. Type them once more.", name)
    try:
        person = visit.server().accounts.accept(token, name, password)
    except AccountError as problem:
        return _form(token, str(problem), name)
    visit.sign_in(person, "invitation")
    return redirect(url_for("queue.show"), 303)


def _form(token: str, wrong: str = "", name: str = "") -> ResponseReturnValue:
    person = visit.person_of(visit.server().accounts.invited(token) or "")
    if person is None:
        text = "Each link works once, for seven days. Ask whoever gave it to you for a new one."
        return said("This link has been used, or its time is over", text, 404)
    shown = page(
        "invite.html.j2", title="Choose a password", person=person, wrong=wrong, shortest=SHORTEST, token=token,
        name=name or folded(person.name),
    )  # fmt: skip
    return shown, 422 if wrong else 200
