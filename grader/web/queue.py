"""My queue: what waits for me. Nothing on it depends on anybody else, but that what is revealed can be read."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue

from grader.review.cases import Task
from grader.review.problems import NotAllowedError
from grader.review.rules import OPEN
from grader.web import visit
from grader.web.render import page


class Line(NamedTuple):
    """A case as the queue shows it."""

    who: str
    title: str
    state: str
    kind: str
    address: str


_STATES = {
    "assigned": "not begun", "draft": "begun", "submitted": "handed in", "sealed": "to compare",
    "recused": "you stepped back", "late": "closed before yours was in",
}  # fmt: skip
KINDS = {"assessor": "", "bar_raiser": "as bar raiser", "adjudicator": "to settle"}


def show() -> ResponseReturnValue:
    tasks = visit.desk().queue(visit.actor())
    waiting = [_line(task) for task in tasks if task.state in OPEN and task.kind != "adjudicator"]
    handed_in = [_line(task) for task in tasks if task.state == "submitted"]
    open_ = [_line(task) for task in tasks if task.revealed]
    closed = [_line(task) for task in tasks if task.state == "recused"]
    return page(
        "queue.html.j2", title="My queue", waiting=waiting, handed_in=handed_in, open=open_, closed=closed,
        leads=visit.leads(), second=_second() if visit.leads() else (),
    )  # fmt: skip


def _second() -> list[Line]:
    """For a lead who is through with their own: what a second person is to rate next. None of them says why."""
    desk, actor = visit.desk(), visit.actor()
    try:
        found = [case for challenge in desk.challenges() for case in desk.second_ratings(actor, challenge)]
    except NotAllowedError:
        return []
    return [Line(name_of(one.blind, one.id), one.challenge, "one is in", "", url_for("cases.one", case=one.id))
            for one in found]  # fmt: skip


def _line(task: Task) -> Line:
    debrief = task.revealed
    address = url_for("debrief.show" if debrief else "rate.show", case=task.case) if task.state != "recused" else ""
    state = "to compare" if debrief else _STATES[task.state]
    return Line(name_of(task.blind, task.case), task.title, state, KINDS[task.kind], address)


def name_of(blind: str, case: str) -> str:
    """What a case is called: the candidate's blind id, else by the first figures of its own."""
    return f"Candidate {blind}" if blind else f"Submission {case[:6]}"
