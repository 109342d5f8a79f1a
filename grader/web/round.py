"""A live round: how it is held left, the card right. Its interviewer's only, and with nothing of anybody else on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from grader.errors import UsageError
from grader.portal.known_work import known_of
from grader.ratings.sheet import Gap
from grader.review.problems import ConflictError, IncompleteError, NotAllowedError, NotFoundError
from grader.review.rules import OPEN
from grader.review.visible import View
from grader.web import rate, sheet_form, visit
from grader.web.render import page
from grader.web.times import clock, moment


def show(case: str) -> ResponseReturnValue:
    view = _view(case)
    if view.own is not None and view.own.assignment.state == "submitted":
        return _handed_in(view)
    return _form(view, sheet_form.fields(rate.latest(view)))


def _view(case: str) -> View:
    """The round, for somebody who holds it. What is open to all is read in the candidate's loop."""
    view = visit.desk().view(visit.actor(), case)
    if view.own is None or not view.kit:
        raise NotFoundError(case)
    return view


def _form(
    view: View, values: Mapping[str, str], *, note: str = "", gaps: tuple[Gap, ...] = (), status: int = 200,
    version: int | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """The page with `values` in its fields: what is saved, or what was sent and could not be taken."""
    if view.own is None or view.own.assignment.state not in OPEN:
        return _closed(view)
    latest = view.own.latest
    views: dict[str, Any] = {
        "title": str(view.kit["title"]),
        "case": view,
        "kit": view.kit,
        "known": _known(view),
        "criteria": [
            {"number": number, "id": one.id, "name": one.name, "question": " ".join(one.question.split()),
             "levels": [(level, " ".join(anchor.split())) for level, anchor in one.levels.items()],
             "gaps": [f"This {gap.what}." for gap in gaps if gap.criterion == one.id]}
            for number, one in enumerate(rate.criteria_of(view), 1)
        ],
        "whole_gaps": [gap.what for gap in gaps if not gap.criterion],
        "gaps": gaps,
        "values": values,
        "version": view.own.assignment.version if version is None else version,
        "note": note,
        "leans": rate.LEANS,
        "saved_text": "" if note else f"Saved {clock(latest.at)}." if latest else "Nothing written yet.",
    }  # fmt: skip
    return page("round.html.j2", wide=True, scripts=("htmx.min.js", "rate.js"), **views), status


def _known(view: View) -> list[tuple[str, str]]:
    """(competency, words) of what a person has found in the candidate's public work, on what this card measures."""
    measured = {str(one["competency"]) for one in view.rubric["criteria"]}
    found = known_of(visit.server().portal.of_blind(view.blind.split("-")[0]))
    return [(one.competency.replace("_", " "), one.words) for one in found if one.competency in measured]


# ---------------------------------------------------------------------------------------------- what is sent


def draft(case: str) -> ResponseReturnValue:
    """Keeps what is typed, whatever is in it: on each change, and when somebody presses Save."""
    view = _view(case)
    try:
        saved = visit.desk().save(visit.actor(), case, rate.sheet_of(view), version=rate.version_of())
    except ConflictError as problem:
        return rate.conflict(view, problem, target="round.draft")
    except NotAllowedError:
        return _closed(view)
    except UsageError as problem:
        return _refused(view, problem)
    if request.headers.get("HX-Request"):
        return page("rate_saved.html.j2", text=f"Saved {clock(saved.at)}.", version=saved.version, bad=False)
    return redirect(url_for("round.show", case=case), 303)


def submit(case: str) -> ResponseReturnValue:
    """Hands the card in; what is missing is listed, and saved as a draft."""
    view = _view(case)
    try:
        visit.desk().submit_card(visit.actor(), case, rate.sheet_of(view), version=rate.version_of())
    except ConflictError as problem:
        return rate.conflict(view, problem, target="round.draft")
    except IncompleteError as problem:
        return _form(_view(case), request.form, gaps=problem.gaps, status=422)
    except NotAllowedError:
        return _closed(_view(case))
    except UsageError as problem:
        return _refused(view, problem)
    return redirect(url_for("round.show", case=case), 303)


def withdraw(case: str) -> ResponseReturnValue:
    visit.desk().withdraw(visit.actor(), _view(case).id)
    return redirect(url_for("round.show", case=case), 303)


def recuse(case: str) -> ResponseReturnValue:
    visit.desk().recuse(visit.actor(), _view(case).id, request.form.get("why", ""))
    return redirect(url_for("queue.show"), 303)


def refilled(case: str, *, form: MultiDict[str, str], note: str, keep: bool = False) -> ResponseReturnValue:
    """The card with what was written in it before the session ended, on the version that it was written on. With `keep`
    it is saved at once."""
    view = _view(case)
    version = rate.version_of(form)
    if keep:
        try:
            sheet = rate.sheet_of(view, form)
            version = visit.desk().save(visit.actor(), case, sheet, version=version).version
            view, note = _view(case), "You are signed in again. What you wrote is here, and saved as a draft."
        except ConflictError as problem:
            return rate.conflict(view, problem, target="round.draft", form=form)
        except UsageError as problem:
            note = f"You are signed in again. What you wrote is here, and not saved: {problem.message}"
    return _form(view, form, note=note, version=version)


def _refused(view: View, problem: UsageError) -> ResponseReturnValue:
    """What no card can hold: the form is given back with the reason."""
    text = f"Not saved: {problem.message}"
    if request.headers.get("HX-Request"):
        return page("rate_saved.html.j2", text=text, version=rate.version_of(), bad=True), 422
    return _form(view, request.form, note=text, status=422)


def _closed(view: View) -> ResponseReturnValue:
    """It is no longer the owner's to change: handed in, open to all or stepped back from."""
    if request.headers.get("HX-Request"):
        text = "This card can no longer be changed. Open the round again from your queue."
        return page("rate_saved.html.j2", text=text, version=rate.version_of(), bad=True), 409
    if view.own is not None and view.own.assignment.state == "submitted":
        return redirect(url_for("round.show", case=view.id), 303)
    if view.revealed:
        return redirect(url_for("loops.one", blind=view.blind), 303)
    return redirect(url_for("queue.show"), 303)


def _handed_in(view: View) -> ResponseReturnValue:
    """What its owner handed in, to read again or take back."""
    latest = view.own.latest if view.own else None
    names = {criterion.id: criterion.name for criterion in rate.criteria_of(view)}
    return page(
        "round_in.html.j2", title="Handed in", case=view, sheet=rate.latest(view), names=names,
        at=moment(latest.at) if latest else "",
    )  # fmt: skip
