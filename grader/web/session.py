"""One norming session while it is rated: the cases, the anchors and one's own levels, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.norming_rows import Norming
from grader.review.problems import NotFoundError
from grader.web import forms, visit, work
from grader.web.queue import name_of
from grader.web.render import page
from grader.web.work import Shown


class Item(NamedTuple):
    """A case as its rater fills it in."""

    id: str
    blind: str
    who: str
    level: str
    note: str
    done: bool


def show(session: str) -> ResponseReturnValue:
    view = visit.desk().norming(visit.actor(), session)
    if view.compared:
        return redirect(url_for("compared.show", session=session), 303)
    return shown(view)


def shown(view: Norming, *, form: Mapping[str, str] | None = None, wrong: str = "", status: int = 200,
          ) -> ResponseReturnValue:  # fmt: skip
    """The form with what is saved in it, or with what was sent and could not be taken."""
    g.inside = "sessions"
    items = [_item(view, case, form or {}) for case in view.items]
    return page(
        "session.html.j2", title=f"Norming: {view.criterion}", session=view, items=items, wrong=wrong,
        left=sum(not one.done for one in items), leads=visit.leads(),
    ), status  # fmt: skip


def _item(view: Norming, case: str, form: Mapping[str, str]) -> Item:
    level = form.get(f"level:{case}", str(view.own.get(case, "")))
    note = form.get(f"note:{case}", view.own_notes.get(case, ""))
    return Item(case, view.blind[case], called(view, case), level, note, case in view.own)


def called(view: Norming, case: str) -> str:
    """What a case of the session is called; an authored text says that it is one."""
    return f"Authored text {view.authored[case]}" if case in view.authored else name_of(view.blind[case], case)


def rate(session: str) -> ResponseReturnValue:
    """Keeps the levels that were chosen, one case or all; what is not complete is given back as it was written."""
    view = visit.desk().norming(visit.actor(), session)
    wrong = ""
    for case in view.items:
        note = request.form.get(f"note:{case}", "").replace("\r\n", "\n").strip()
        level = forms.level(request.form.get(f"level:{case}", ""))
        if level is None:
            wrong = wrong or (note and f"Choose a level for {called(view, case)}.")
        elif (level, note) != (view.own.get(case), view.own_notes.get(case, "")):
            try:
                visit.desk().norm(visit.actor(), session, case, level, note)
            except UsageError as problem:
                wrong = wrong or problem.message
    if wrong:
        return shown(visit.desk().norming(visit.actor(), session), form=request.form, wrong=wrong, status=422)
    return redirect(url_for("session.show", session=session), 303)


def read(session: str, case: str) -> ResponseReturnValue:
    """The work of one case, blind, with the anchors beside it."""
    view = visit.desk().norming(visit.actor(), session)
    found = _work(session, case)
    g.inside = "sessions"
    asked = work.instruction(visit.desk().norming_instruction(visit.actor(), session, case))
    return page(
        "session_work.html.j2", title=f"Norming: {view.criterion}", wide=True, blind=True, session=view,
        case=_item(view, case, {}), instruction=asked, **found.views(_alone(session, case)),
    )  # fmt: skip


def file(session: str, case: str, path: str) -> ResponseReturnValue:
    """One file of the work alone: large ones too."""
    view = visit.desk().norming(visit.actor(), session)
    shown_work = _work(session, case)
    found = shown_work.one(path)
    if found is None:
        raise NotFoundError(path)
    g.inside = "sessions"
    back = url_for("session.read", session=session, case=case)
    return page(
        "file.html.j2", title=path, file=work.headed(found), case=_item(view, case, {}), wide=True, back=back,
        speech=shown_work.spoken_in(path, found),
    )  # fmt: skip


def _alone(session: str, case: str) -> work.Address:
    return lambda path: url_for("session.file", session=session, case=case, path=path)


def _work(session: str, case: str) -> Shown:
    return Shown(visit.desk().norming_work(visit.actor(), session, case))
