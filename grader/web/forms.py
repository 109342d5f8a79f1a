"""A form that cannot be taken now is given back with all that was written in it: nobody writes a thing twice.

That holds for a session that has ended (sign in, and the form is there again) and for a token that is no longer good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NamedTuple

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from grader.errors import GraderError
from grader.web import errors, visit
from grader.web.render import page

TOKEN = "csrf_token"  # noqa: S105 - the name of a field
CARRIED = "carried:"
"""Before the names of fields that wait for somebody to sign in."""
_REFILLED = {"rate.draft": "rate.refilled", "rate.submit": "rate.refilled",
             "rate.amend": "rate.refilled_amendment",
             "round.draft": "round.refilled", "round.submit": "round.refilled"}  # fmt: skip
"""Forms whose own page can show them filled in; others are shown as a list of what was written."""


_ENDED = "Your session has ended. What you wrote stands here; press Save to sign in again with it."
_SIGNED_IN_ANEW = "Not saved: you have signed in anew since. What you wrote stands here; press Save."


class Field(NamedTuple):
    name: str
    value: str

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").replace(":", ", ").capitalize()


def level(text: str) -> int | None:
    """A level as a form sends it; None for anything else. Whether the rubric has it is for the desk to say."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def sign_in_first() -> ResponseReturnValue:
    """A form without a session: the sign-in page, which keeps what was written for afterwards."""
    if request.headers.get("HX-Request"):
        return page("rate_ended.html.j2", text=_ENDED), 401
    from grader.web import sign_in

    note = "Your session has ended. Sign in, and what you wrote is here again: nothing is lost."
    return sign_in.form(note=note, target=request.path, carried=written(request.form)), 401


def give_back(problem: CSRFError) -> ResponseReturnValue:
    """A form whose token is not this session's: shown again, filled in, with a good one."""
    if visit.person_or_none() is None:
        shown = current_app.view_functions[(request.endpoint or "").replace(".take", ".show")]
        return _with(400, shown(**(request.view_args or {})))
    if request.headers.get("HX-Request"):
        return page("rate_ended.html.j2", text=_SIGNED_IN_ANEW), 400
    note = "This page was opened before you last signed in. Look it over, then send it again: nothing is lost."
    try:
        return _with(400, again(request.path, request.form, note))
    except HTTPException as gone:  # not theirs any more: Flask asks no second handler
        return errors.page(gone)
    except GraderError as refused:
        return errors.grader_error(refused)


def _with(status: int, answer: Any) -> Response:
    response = current_app.make_response(answer)
    response.status_code = status
    return response


def again(path: str, form: MultiDict[str, str], note: str, *, keep: bool = False) -> ResponseReturnValue:
    """The form for `path`, filled in with what was written and not yet sent. With `keep` a draft is saved, where the
    form can be one: its owner has just signed in with it. Raises NotFound."""
    endpoint, arguments = _target(path)
    if endpoint in _REFILLED:
        module, _, name = _REFILLED[endpoint].partition(".")
        refilled: Callable[..., ResponseReturnValue] = getattr(import_module(f"grader.web.{module}"), name)
        return refilled(form=form, note=note, keep=keep, **arguments)
    return page("again.html.j2", title="Send it again?", note=note, target=path, fields=written(form))


def _target(path: str) -> tuple[str, dict[str, str]]:
    """The endpoint that a form is for, if whoever is signed in may send it."""
    from flask import abort

    from grader.web.routes import ROUTES

    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, arguments = adapter.match(path, method="POST") if adapter else ("", {})
    except HTTPException:
        abort(404)
    route = next((route for route in ROUTES if route.endpoint == endpoint), None)
    person = visit.person_or_none()
    if route is None or person is None or (route.rule.roles and not route.rule.roles & set(person.roles)):
        abort(404)
    return endpoint, dict(arguments)


def written(form: MultiDict[str, str]) -> list[Field]:
    """What somebody wrote: all fields but the token and what belongs to signing in."""
    return [Field(name, value) for name, value in form.items(multi=True) if name != TOKEN]


def carried(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What waited for somebody to sign in."""
    waiting: Iterable[tuple[str, str]] = form.items(multi=True)
    return MultiDict([(name[len(CARRIED) :], value) for name, value in waiting if name.startswith(CARRIED)])
