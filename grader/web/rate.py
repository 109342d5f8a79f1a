"""The rating page: the work left, the rubric right. Its owner's only, and with nothing of anybody else on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from grader.challenge.rubric import Criterion, Rubric
from grader.errors import UsageError
from grader.ratings.sheet import Gap, Sheet
from grader.review.problems import ConflictError, IncompleteError, NotAllowedError, NotFoundError
from grader.review.rules import OPEN
from grader.review.visible import View
from grader.web import clauses, sheet_form, visit, work
from grader.web.render import page
from grader.web.times import clock, moment

LEANS = (("strong_no", "Strong no"), ("no", "No"), ("yes", "Yes"), ("strong_yes", "Strong yes"), ("", "I do not say"))


class Level(NamedTuple):
    level: int
    clauses: tuple[str, ...]


class CriterionRow(NamedTuple):
    """A criterion as the form shows it."""

    number: int
    id: str
    name: str
    question: str
    levels: tuple[Level, ...]
    example: str
    ticked: frozenset[str]
    gaps: tuple[str, ...]


def show(case: str) -> ResponseReturnValue:
    view = visit.desk().view(visit.actor(), case)
    if view.kit:
        return redirect(url_for("round.show", case=case), 303)
    view = _view(case)
    if view.own is not None and view.own.assignment.state == "submitted":
        return _handed_in(view)
    return _form(view, sheet_form.fields(latest(view)))


def _view(case: str) -> View:
    """The case, for somebody who rates it. What is revealed is read in the debrief."""
    view = visit.desk().view(visit.actor(), case)
    if view.own is None or view.own.assignment.kind == "adjudicator" or view.kit:
        raise NotFoundError(case)
    return view


def latest(view: View) -> Sheet:
    return view.own.latest.sheet if view.own and view.own.latest else Sheet()


def _form(
    view: View, values: Mapping[str, str], *, note: str = "", gaps: tuple[Gap, ...] = (), status: int = 200,
    ticks: tuple[str, ...] | None = None, version: int | None = None, amend: bool = False,
) -> ResponseReturnValue:  # fmt: skip
    """The page with `values` in its fields: what is saved, or what was sent and could not be taken."""
    if view.own is None or (view.own.assignment.state not in OPEN and not amend):
        return redirect(url_for("debrief.show", case=view.id), 303) if view.revealed else _closed(view)
    shown = work.shown(view.id)
    newest = view.own.latest
    criteria = criteria_of(view)
    ticked = frozenset(ticks if ticks is not None else newest.sheet.ticked if newest else ())
    views = {
        "title": f"Rate {view.blind or 'a submission'}",
        "case": view,
        "criteria": [_row(number, one, ticked, gaps) for number, one in enumerate(criteria, 1)],
        "whole_gaps": [gap.what for gap in gaps if not gap.criterion],
        "gaps": gaps,
        "values": values,
        "version": view.own.assignment.version if version is None else version,
        "note": note,
        "amend": amend,
        "leans": LEANS,
        "saved_text": "" if note or amend else f"Saved {clock(newest.at)}." if newest else "Nothing written yet.",
        "instruction": work.instruction(view.instruction),
        **shown.views(work.alone(view.id)),
    }
    return page("rate.html.j2", wide=True, blind=True, scripts=("htmx.min.js", "rate.js"), **views), status


def criteria_of(view: View) -> tuple[Criterion, ...]:
    return Rubric.model_validate_json(_json(view.rubric)).criteria


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def _row(number: int, criterion: Criterion, ticked: frozenset[str], gaps: tuple[Gap, ...]) -> CriterionRow:
    prefix = f"{criterion.id}:"
    example = criterion.evidence[0] if criterion.evidence and "*" not in criterion.evidence[0] else "DECISIONS.md"
    return CriterionRow(
        number=number,
        id=criterion.id,
        name=criterion.name,
        question=" ".join(criterion.question.split()),
        levels=tuple(Level(level, clauses.clauses(anchor)) for level, anchor in criterion.levels.items()),
        example=f"{example}:12-14",
        ticked=frozenset(tick.removeprefix(prefix) for tick in ticked if tick.startswith(prefix)),
        gaps=tuple(f"This {gap.what}." for gap in gaps if gap.criterion == criterion.id),
    )


# ---------------------------------------------------------------------------------------------- what is sent


def draft(case: str) -> ResponseReturnValue:
    """Keeps what is typed, whatever is in it: on each change, and when somebody presses Save."""
    view = _view(case)
    try:
        saved = visit.desk().save(visit.actor(), case, sheet_of(view), version=version_of())
    except ConflictError as problem:
        return conflict(view, problem)
    except NotAllowedError:
        return _closed(view)
    except UsageError as problem:
        return _refused(view, problem)
    if request.headers.get("HX-Request"):
        return page("rate_saved.html.j2", text=f"Saved {clock(saved.at)}.", version=saved.version, bad=False)
    return redirect(url_for("rate.show", case=case), 303)


def submit(case: str) -> ResponseReturnValue:
    """Hands it in; what is missing is listed, and saved as a draft."""
    view = _view(case)
    try:
        visit.desk().submit(visit.actor(), case, sheet_of(view), version=version_of(), work=work.shown(case).text)
    except ConflictError as problem:
        return conflict(view, problem)
    except IncompleteError as problem:
        return _form(_view(case), request.form, gaps=problem.gaps, ticks=_ticks(), status=422)
    except NotAllowedError:
        return _closed(_view(case))
    except UsageError as problem:
        return _refused(view, problem)
    return redirect(url_for("rate.show", case=case), 303)


def withdraw(case: str) -> ResponseReturnValue:
    visit.desk().withdraw(visit.actor(), _view(case).id)
    return redirect(url_for("rate.show", case=case), 303)


def recuse(case: str) -> ResponseReturnValue:
    visit.desk().recuse(visit.actor(), _view(case).id, request.form.get("why", ""))
    return redirect(url_for("queue.show"), 303)


def amended(case: str) -> ResponseReturnValue:
    """The form once more, after the reveal: what is written now is kept beside what counts."""
    view = _view(case)
    if "amend" not in view.may:
        return _closed(view)
    return _form(view, sheet_form.fields(latest(view)), amend=True)


def amend(case: str) -> ResponseReturnValue:
    view = _view(case)
    try:
        visit.desk().amend(visit.actor(), case, sheet_of(view), version=version_of())
    except ConflictError as problem:
        return conflict(view, problem, target="rate.amend")
    except IncompleteError as problem:
        return _form(_view(case), request.form, gaps=problem.gaps, ticks=_ticks(), status=422, amend=True)
    except NotAllowedError:
        return _closed(view)
    return redirect(url_for("debrief.show", case=case), 303)


def refilled(case: str, *, form: MultiDict[str, str], note: str, keep: bool = False) -> ResponseReturnValue:
    """The form with what was written in it before the session ended, on the version that it was written on. With `keep`
    it is saved at once, as it would have been had the session not ended."""
    view = _view(case)
    version = version_of(form)
    if keep:
        try:
            version = visit.desk().save(visit.actor(), case, sheet_of(view, form), version=version).version
            view, note = _view(case), "You are signed in again. What you wrote is here, and saved as a draft."
        except ConflictError as problem:
            return conflict(view, problem, form=form)
        except UsageError as problem:
            note = f"You are signed in again. What you wrote is here, and not saved: {problem.message}"
    return _form(view, form, note=note, ticks=_ticks(form), version=version)


def refilled_amendment(case: str, *, form: MultiDict[str, str], note: str, keep: bool = False) -> ResponseReturnValue:
    """The same after the reveal, where nothing is a draft: it is kept when its author sends it."""
    del keep
    return _form(_view(case), form, note=note, ticks=_ticks(form), version=version_of(form), amend=True)


def sheet_of(view: View, form: MultiDict[str, str] | None = None) -> Sheet:
    given = request.form if form is None else form
    return sheet_form.read(given, criteria_of(view), latest(view), ticked=_ticks(given))


def _ticks(form: MultiDict[str, str] | None = None) -> tuple[str, ...]:
    given = request.form if form is None else form
    return tuple(
        f"{name.removesuffix(':tick')}:{value}"
        for name, value in given.items(multi=True)
        if name.endswith(":tick") and len(value) < 8
    )


def version_of(form: MultiDict[str, str] | None = None) -> int:
    """The version that the form was written on."""
    text = (request.form if form is None else form).get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        abort(400)
    return int(text)


# ---------------------------------------------------------------------------------------------- what else may happen


def conflict(
    view: View, problem: ConflictError, *, target: str = "rate.draft", form: MultiDict[str, str] | None = None
) -> ResponseReturnValue:
    """Written in two windows: both texts beside each other, and one button for each."""
    written = request.form if form is None else form
    mine, theirs = sheet_form.fields(problem.attempted), sheet_form.fields(problem.current.sheet)
    names = {criterion.id: criterion.name for criterion in criteria_of(view)}
    differing = [name for name in dict.fromkeys([*mine, *theirs]) if mine.get(name, "") != theirs.get(name, "")]
    views: dict[str, Any] = {
        "case": view,
        "current": problem.current,
        "target": target,
        "saved": "rate.amended" if target == "rate.amend" else "rate.show",
        "saved_at": clock(problem.current.at),
        "rows": [(_label(name, names), mine.get(name, ""), theirs.get(name, "")) for name in differing],
        "fields": [(name, value) for name, value in written.items(multi=True) if name not in _NOT_KEPT],
    }
    template = "rate_conflict_part.html.j2" if request.headers.get("HX-Request") else "rate_conflict.html.j2"
    return page(template, title="Two versions", **views), 409


_NOT_KEPT = {"csrf_token", "version"}


def _label(name: str, names: Mapping[str, str]) -> str:
    criterion, _, part = name.rpartition(":")
    parts = {"cannot_judge": "why it cannot be judged", "for_candidate": "for the candidate", "torn": "torn with"}
    said = parts.get(part, part)
    return f"{names.get(criterion, criterion)}: {said}" if criterion else said.capitalize()


def _refused(view: View, problem: UsageError) -> ResponseReturnValue:
    """What no sheet can hold: the form is given back with the reason."""
    if request.headers.get("HX-Request"):
        return page("rate_saved.html.j2", text=f"Not saved: {problem.message}", version=version_of(), bad=True), 422
    return _form(view, request.form, note=f"Not saved: {problem.message}", ticks=_ticks(), status=422)


def _closed(view: View) -> ResponseReturnValue:
    """It is no longer the owner's to change: handed in, revealed or stepped back from."""
    if request.headers.get("HX-Request"):
        text = "This assessment can no longer be changed. Open the case again from your queue."
        return page("rate_saved.html.j2", text=text, version=version_of(), bad=True), 409
    if view.own is not None and view.own.assignment.state == "submitted":
        return redirect(url_for("rate.show", case=view.id), 303)
    return redirect(url_for("debrief.show" if view.revealed else "queue.show", case=view.id), 303)


def _handed_in(view: View) -> ResponseReturnValue:
    """What its owner handed in, to read again or take back."""
    newest = view.own.latest if view.own else None
    names = {criterion.id: criterion.name for criterion in criteria_of(view)}
    return page(
        "handed_in.html.j2", title="Handed in", case=view, sheet=latest(view), names=names,
        at=moment(newest.at) if newest else "",
    )  # fmt: skip


def file(case: str, path: str) -> ResponseReturnValue:
    """One file of the work alone: large ones too."""
    view = visit.desk().view(visit.actor(), case)
    shown = work.shown(case)
    found = shown.one(path) if view.work else None
    if found is None:
        raise NotFoundError(path)
    back = "rate.show" if view.own is not None and view.own.assignment.kind != "adjudicator" else "debrief.show"
    return page(
        "file.html.j2", title=path, file=work.headed(found), case=view, wide=True, back=url_for(back, case=case),
        speech=shown.spoken_in(path, found),
    )  # fmt: skip
