"""The anchors of a norming session: another text with a reason, and the diff that is committed into the challenge."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.web import forms, visit
from grader.web.render import page


def show(session: str) -> ResponseReturnValue:
    return _shown(session)


def _shown(session: str, *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    view = visit.desk().norming(visit.actor(), session)
    if not view.compared and view.phase == 1 and not wrong:
        return redirect(url_for("session.show", session=session), 303)
    g.inside = "sessions"
    diff = visit.desk().anchors_diff(visit.actor(), session)
    return page(
        "anchors.html.j2", title=f"Anchors: {view.criterion}", session=view, wrong=wrong, sent=request.form,
        diff=[("" if line[:3] in {"---", "+++"} else line[:1], line) for line in diff.splitlines()],
        mended=[(view.called.get(one.person, "A lead"), one) for one in view.proposals],
    ), status  # fmt: skip


def propose(session: str) -> ResponseReturnValue:
    """Keeps another text for an anchor."""
    level = forms.level(request.form.get("level", ""))
    if level is None:
        return _shown(session, wrong="Choose the level whose anchor is mended.", status=422)
    try:
        visit.desk().propose(visit.actor(), session, level, request.form.get("text", ""), request.form.get("why", ""))
    except UsageError as problem:
        return _shown(session, wrong=problem.message, status=409)
    return redirect(url_for("anchors.show", session=session), 303)
