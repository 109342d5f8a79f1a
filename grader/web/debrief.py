"""After the reveal: what all said, side by side, the widest gap first; then what is settled, decided and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.challenge.rubric import Criterion
from grader.errors import UsageError
from grader.review.records import OUTCOMES, Adjudication, DecisionOutcome
from grader.review.visible import Side, SideBySide, View
from grader.web import cases, forms, rate, visit, work
from grader.web.queue import name_of
from grader.web.render import page
from grader.web.times import moment

OUTCOME_WORDS = {"advance": "Advance", "decline": "Decline", "more": "More is needed"}
LEANS = dict(rate.LEANS)


class Compared(NamedTuple):
    """One criterion as the debrief shows it."""

    id: str
    name: str
    question: str
    anchors: tuple[tuple[int, str], ...]
    sides: tuple[Side, ...]
    given: frozenset[int]
    low: int
    high: int
    gap: int
    level: int | None
    state: str
    reason: str
    machine: str
    adjudication: Adjudication | None


def show(case: str) -> ResponseReturnValue:
    return shown(visit.desk().view(visit.actor(), case))


def shown(view: View, *, wrong: str = "", glass: bool = False, status: int = 200) -> ResponseReturnValue:
    if view.kit:  # all cards of a candidate are read together
        open_ = view.revealed
        return redirect(url_for("loops.one", blind=view.blind) if open_ else url_for("round.show", case=view.id), 303)
    if not view.revealed:  # their own part, or the state
        return redirect(url_for("cases.one" if view.progress else "rate.show", case=view.id), 303)
    g.inside = "cases" if view.progress else "queue"
    criteria = {criterion.id: criterion for criterion in rate.criteria_of(view)}
    rows = [_compared(one, criteria[one.criterion], view) for one in view.criteria if one.criterion in criteria]
    views: dict[str, Any] = {
        "title": f"Debrief: {name_of(view.blind, view.id)}",
        "case": view,
        "who": view.candidate or name_of(view.blind, view.id),
        "rows": rows,
        "open": [row for row in rows if row.state == "open"],
        "voices": view.voices,
        "leans": LEANS,
        "machine": _machine(view),
        "grade": _grade(view, glass=glass),
        "outcomes": [(one, OUTCOME_WORDS[one]) for one in OUTCOMES],
        "outcome_words": OUTCOME_WORDS,
        "decided_at": moment(view.decision.at) if view.decision else "",
        "letter": view.letter,
        "draft": visit.desk().letter_text(visit.actor(), view.id)
        if "letter" in view.may and view.letter is None
        else "",
        "letter_at": moment(view.letter.at) if view.letter else "",
        "may": view.may,
        "looked": [
            (str((event.body or {}).get("who", "")), str((event.body or {}).get("why", ""))) for event in view.glass
        ],
        "came_in": cases.came_in(view) and not glass,
        "speech": _speech(view) if view.work and not glass else None,
        "claimed": _claimed(view) if view.work and not glass else "",
        "wrong": wrong,
        "typed": _typed,
        "glass": glass,
        "people": visit.desk().people() if "reopen" in view.may else (),
    }
    return page("debrief.html.j2", **views), status


def _typed(form: str, criterion: str = "") -> Mapping[str, str]:
    """What was written in a form that is refused: it is there again, and nobody writes a thing twice."""
    sent: Mapping[str, str] = request.form if request.endpoint == f"debrief.{form}" else {}
    return sent if not criterion or sent.get("criterion") == criterion else {}


def _compared(side: SideBySide, criterion: Criterion, view: View) -> Compared:
    given = [one.said.level for one in side.sides if one.said.level is not None]
    combined = side.combined
    return Compared(
        id=criterion.id,
        name=criterion.name,
        question=" ".join(criterion.question.split()),
        anchors=tuple((level, " ".join(text.split())) for level, text in criterion.levels.items()),
        sides=side.sides,
        given=frozenset(given),
        low=min(given, default=0),
        high=max(given, default=0),
        gap=combined.gap,
        level=combined.level,
        state=combined.how,
        reason=combined.reason,
        machine=_judge(view, criterion.id),
        adjudication=side.adjudication,
    )


def _judge(view: View, criterion: str) -> str:
    """What the judge said on a criterion: beside people's levels, never among them."""
    for one in (view.machine or {}).get("criteria", ()):
        if one.get("id") == criterion and one.get("source") == "judge":
            level = one.get("level") if one.get("accepted") else None
            if level is not None:
                return f"The judge gave {level}, and may score this criterion."
            if one.get("suggestion") is not None:
                return f"The judge suggested {one['suggestion']}; it may not score this criterion."
    said = view.judged.get(criterion)
    return f"The judge said {said.level}, unseen until now; it counts for nothing here." if said else ""


def _machine(view: View) -> dict[str, str]:
    """The machine's own grade in words."""
    score: Mapping[str, Any] = (view.machine or {}).get("score") or {}
    if not score:
        return {}
    return {
        "points": f"{score['value']:.1f}",
        "range": f"{score['low']:.0f}–{score['high']:.0f}",
        "recommendation": str((view.machine or {}).get("recommendation", "")).replace("_", " "),
    }


def _speech(view: View) -> dict[str, Any]:
    """Where the work speaks to graders, with links into the page that shows it."""
    try:
        return work.shown(view.id).told(url_for("debrief.read", case=view.id))
    except UsageError as problem:
        return {
            "places": [],
            "notes": [f"The work was not searched for text that speaks to graders. {problem.message}"],
        }


def _claimed(view: View) -> str:
    """How the figures of the documents came out; empty where the work is not on this machine."""
    try:
        return work.shown(view.id).claimed
    except UsageError:
        return ""


def _grade(view: View, *, glass: bool) -> dict[str, str]:
    """The grade with people's levels in it, as it stands now."""
    closed = None if glass else visit.desk().closed(visit.actor(), view.id)
    if closed is None or closed[0].score is None:
        return {}
    grade, score = closed[0], closed[0].score
    return {
        "points": f"{score.value:.1f}",
        "range": "" if score.final else f"{score.low:.0f}–{score.high:.0f}",
        "recommendation": grade.recommendation.replace("_", " "),
        "reason": grade.recommendation_reason,
    }


# ---------------------------------------------------------------------------------------------- what is done here


def adjudicate(case: str) -> ResponseReturnValue:
    """Settles a criterion with a reason."""
    text = request.form.get("level", "")
    level = forms.level(text)
    if level is None and text != "none":
        return shown(visit.desk().view(visit.actor(), case), wrong="Choose a level.", status=422)
    return _done(case, lambda: visit.desk().adjudicate(
        visit.actor(), case, request.form.get("criterion", ""), level, request.form.get("why", ""),
        for_candidate=request.form.get("for_candidate", ""),
    ))  # fmt: skip


def respond(case: str) -> ResponseReturnValue:
    """Agreement or dissent, in a person's own words."""
    agrees = request.form.get("agrees") == "yes"
    if request.form.get("agrees") not in {"yes", "no"}:
        return shown(visit.desk().view(visit.actor(), case), wrong="Say whether you agree.", status=422)
    return _done(case, lambda: visit.desk().respond(
        visit.actor(), case, agrees=agrees, words=request.form.get("words", "")
    ))  # fmt: skip


def decide(case: str) -> ResponseReturnValue:
    wanted = request.form.get("outcome", "")
    outcome: DecisionOutcome | None = next((one for one in OUTCOMES if one == wanted), None)
    if outcome is None:
        return shown(visit.desk().view(visit.actor(), case), wrong="Choose an outcome.", status=422)
    chosen = outcome
    return _done(case, lambda: visit.desk().decide(visit.actor(), case, chosen, request.form.get("why", "")))


def reopen(case: str) -> ResponseReturnValue:
    """Opens the case again, with somebody who has had nothing to do with it."""
    found = [visit.desk().person(one) for one in request.form.getlist("person")]
    people = [one for one in found if one is not None]
    return _done(case, lambda: visit.desk().reopen(visit.actor(), case, request.form.get("why", ""), people))


def letter(case: str) -> ResponseReturnValue:
    """Keeps the letter's text; with `release` it has gone out and stays as it is."""
    release = request.form.get("do") == "release"
    return _done(case, lambda: visit.desk().edit_letter(
        visit.actor(), case, request.form.get("text", ""), release=release
    ))  # fmt: skip


def _done(case: str, act: Any) -> ResponseReturnValue:
    """Does it and shows the debrief again; what was refused is said there, in the rules' words."""
    try:
        act()
    except UsageError as problem:
        return shown(visit.desk().view(visit.actor(), case), wrong=problem.message, status=409)
    return redirect(url_for("debrief.show", case=case), 303)


def read(case: str) -> ResponseReturnValue:
    """The work again, for those who compare."""
    view = visit.desk().view(visit.actor(), case)
    g.inside = "cases" if view.progress else "queue"
    found = work.shown(case)
    views = {**found.views(work.alone(case)), "instruction": work.instruction(view.instruction)}
    return page("read.html.j2", title="The work", case=view, wide=True, blind=True, **views)
