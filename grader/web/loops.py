"""Candidates' loops: who is in one, and one candidate's scorecard over its rounds. What may be seen is the desk's to
say; whoever still rates anything of the candidate's sees nobody else's words."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.loop.candidate import Overview, overview
from grader.review.live import LoopView
from grader.review.problems import NotReadyError
from grader.web import visit
from grader.web.cases import STATES
from grader.web.render import page

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
    }  # fmt: skip
    return page("loop.html.j2", **views), status


def open_cards(blind: str) -> ResponseReturnValue:
    """Opens all cards of the candidate's rounds at once."""
    desk, early = visit.desk(), request.form.get("early") == "yes"
    try:
        desk.open_cards(visit.actor(), blind, early=early, why=request.form.get("why", ""))
    except NotReadyError as problem:
        return _one(desk.loop_view(visit.actor(), blind), wrong=" ".join(problem.reasons), status=409)
    except UsageError as problem:
        return _one(desk.loop_view(visit.actor(), blind), wrong=problem.message, status=409)
    return redirect(url_for("loops.one", blind=blind), 303)
