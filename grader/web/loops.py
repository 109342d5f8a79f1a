"""Candidates' loops: who is in one, and one candidate's scorecard over its rounds. What may be seen is the desk's to
say; whoever still rates anything of the candidate's sees nobody else's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.loop.candidate import Overview, Verdict, overview
from grader.loop.deciding import FILES, advise, letter_text
from grader.portal import known_work
from grader.portal.records import Invitation
from grader.review.loop_records import LoopView, StageDecision
from grader.review.problems import NotReadyError
from grader.review.records import OUTCOMES, DecisionOutcome
from grader.web import visit
from grader.web.cases import STATES
from grader.web.render import page
from grader.web.times import moment

WORDS = {
    "goes on": "The rule recommends to go on.",
    "below": "Below the rule in what stands here. It turns nobody down: people decide.",
    "open": "Open: too little is known to recommend anything.",
}


def show() -> ResponseReturnValue:
    """The candidates with live rounds, the newest first."""
    lines = [(blind, role, at[:10]) for blind, role, at in visit.desk().loops_listed(visit.actor())]
    return page("loops.html.j2", title="Loops", lines=lines)


def one(blind: str) -> ResponseReturnValue:
    return _one(visit.desk().loop_view(visit.actor(), blind))


def _one(view: LoopView, *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    g.inside = "loops" if visit.leads() else "queue"
    made: Overview = overview(view)
    titles = {part.round_id: part.title for row in made.rows for part in row.measured}
    titles |= {part.round_id: part.title for part in made.checks}
    views: dict[str, Any] = {
        "title": f"Candidate {view.blind}",
        "view": view,
        "made": made,
        "words": WORDS,
        "asked": [(titles.get(live.round_id, live.round_id), person, STATES[state])
                  for live in view.live for person, state in live.asked],
        "early": [(titles.get(live.round_id, live.round_id), live.early_why) for live in view.live if live.early_why],
        "level": lambda points: f"{1 + points / 25:.1f}",
        "wrong": wrong,
        "pieces": [piece for one in _invited(view) for piece in known_work.stated(one)],
        "known": [(title_of(view, one.competency), one) for one in known_work.known_of(_invited(view))],
        "competencies": [(name, title_of(view, name)) for name in _competencies(view)],
        "stages": [_stage(view, one) for one in made.verdicts],
        "outcomes": OUTCOMES,
        "typed": request.form if wrong else {},
    }  # fmt: skip
    return page("loop.html.j2", **views), status


class Stage(NamedTuple):
    """A stage as its page shows it."""

    said: Verdict
    decided: Sequence[tuple[StageDecision, str]]
    """With the day; the last is in force."""
    home: str
    """What was decided on the take-home that the stage consists of, where nothing was decided here."""
    letter: str
    """The text that its sender begins with, or goes on with; empty where there is none to write."""
    out: bool


def _stage(view: LoopView, said: Verdict) -> Stage:
    mine = [(one, moment(one.at)) for one in view.decisions if one.stage == said.stage]
    last = view.decision(said.stage)
    out = last is not None and last.letter is not None and last.letter.released
    text = ""
    if view.may_decide and last is not None and last.outcome in FILES and visit.leads():
        text = letter_text(view, said.stage, sender=visit.person().name, now=visit.server().clock())
    return Stage(said, mine, "" if mine else view.outcome(said.stage), text, out)


def _invited(view: LoopView) -> Sequence[Invitation]:
    """The candidate's invitations, for a lead who rates nothing of theirs: a statement may say who somebody is."""
    return visit.server().portal.of_blind(view.blind) if view.may_decide else ()


def map_work(blind: str) -> ResponseReturnValue:
    """What a person has found in the candidate's public work, by competency."""
    view = visit.desk().loop_view(visit.actor(), blind)

    def write() -> None:
        found = [one for one in _invited(view) if known_work.stated(one)]
        if not found:
            raise UsageError("There is no statement of this candidate's that you may read.")
        known = _competencies(view)
        visit.server().portal.map_work(found[0], request.form.getlist("competency"), request.form.get("words", ""),
                                       known=known, who=visit.person().name)  # fmt: skip

    return _done(blind, write)


def title_of(view: LoopView, competency: str) -> str:
    """A competency as the scorecard calls it."""
    titles = {str(one["id"]): str(one.get("title", "")) for one in view.body["scorecard"]["competencies"]}
    return titles.get(competency) or competency.replace("_", " ")


def _competencies(view: LoopView) -> list[str]:
    return [str(one["id"]) for one in view.body["scorecard"]["competencies"]]


def decide(blind: str) -> ResponseReturnValue:
    """Advance, decline or more, on one stage."""
    stage, wanted = request.form.get("stage", ""), request.form.get("outcome", "")
    outcome: DecisionOutcome | None = next((one for one in OUTCOMES if one == wanted), None)
    if outcome is None:
        return _one(visit.desk().loop_view(visit.actor(), blind), wrong="Choose an outcome.", status=422)
    chosen = outcome
    return _done(blind, lambda: visit.desk().decide_stage(
        visit.actor(), blind, stage, chosen, request.form.get("why", ""), partial(advise, stage=stage)
    ))  # fmt: skip


def letter(blind: str) -> ResponseReturnValue:
    """Keeps the text of a stage's letter; with `release` it has gone out, and the candidate's page shows it."""
    release = request.form.get("do") == "release"
    return _done(blind, lambda: visit.desk().edit_stage_letter(
        visit.actor(), blind, request.form.get("stage", ""), request.form.get("text", ""), release=release
    ))  # fmt: skip


def _done(blind: str, act: Callable[[], object]) -> ResponseReturnValue:
    desk = visit.desk()
    try:
        act()
    except NotReadyError as problem:
        return _one(desk.loop_view(visit.actor(), blind), wrong=" ".join(problem.reasons), status=409)
    except UsageError as problem:
        return _one(desk.loop_view(visit.actor(), blind), wrong=problem.message, status=409)
    return redirect(url_for("loops.one", blind=blind), 303)


def open_cards(blind: str) -> ResponseReturnValue:
    """Opens all cards of the candidate's rounds at once."""
    early = request.form.get("early") == "yes"
    return _done(blind, lambda: visit.desk().open_cards(
        visit.actor(), blind, early=early, why=request.form.get("why", "")
    ))  # fmt: skip
