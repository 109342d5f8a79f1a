"""Signing in with name and password, and out again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.web import forms, visit
from grader.web.accounts import WRONG, AccountError
from grader.web.forms import Field
from grader.web.render import page


def show() -> ResponseReturnValue:
    if visit.person_or_none() is not None:
        return redirect(inside(request.args.get("next", "")), 303)
    return form(target=request.args.get("next", ""))


def form(*, note: str = "", wrong: str = "", target: str = "", carried: Sequence[Field] = (), name: str = "") -> str:
    """The page. `target`: where to afterwards. `carried`: fields of a form that waits for it."""
    from grader.web import oidc

    return page(
        "sign_in.html.j2", title="Sign in", note=note, wrong=wrong, target=target, carried=carried, name=name,
        provider=oidc.name(),
    )  # fmt: skip


def take() -> ResponseReturnValue:
    """Whoever has signed in goes where they wanted to go; a form that waited is shown filled in."""
    name, target = request.form.get("name", ""), request.form.get("next", "")
    waiting = forms.carried(request.form)
    try:
        person = _checked(name, request.form.get("password", ""))
    except AccountError as problem:
        return form(wrong=str(problem), target=target, carried=forms.written(waiting), name=name), 422
    visit.sign_in(person, "password")
    if waiting:
        note = "You are signed in again. What you wrote is here; it is not sent yet."
        return forms.again(target, waiting, note, keep=True)
    return redirect(inside(target), 303)


def _checked(name: str, password: str) -> str:
    """The id of whoever signs in. Raises AccountError."""
    person = visit.server().accounts.check(name, password, request.remote_addr or "")
    if visit.person_of(person) is None:
        raise AccountError(WRONG)
    return person


def leave() -> ResponseReturnValue:
    visit.sign_out()
    return redirect(url_for("sign_in.show"), 303)


def inside(target: str) -> str:
    """`target` where it is a path of ours, else the queue: nobody is sent to another site from here."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return request.script_root + target if ours else url_for("queue.show")
