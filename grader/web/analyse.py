"""What became of candidates, for leads: the reports of `grade analyse` on what the store has kept.

No name stands on them: candidates are blind ids. Figures on scores and levels are for leads who rate nothing just now,
since a level could be told from a sum. What candidates say of themselves (`impact`) is in a store apart, and not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.problems import NotFoundError
from grader.web import visit
from grader.web.render import page

if TYPE_CHECKING:
    from grader.analytics.report import Report

BUSY = (
    "You still rate something yourself. Figures on scores and levels are here once you are through: from sums a level "
    "could be told."
)


class Shown(NamedTuple):
    """A report as it is linked to. `asks`: fields of its form; `levels`: whether it is made of scores or levels."""

    title: str
    what: str
    make: Callable[[], Report]
    asks: tuple[str, ...] = ()
    levels: bool = True


def show() -> ResponseReturnValue:
    """The list of reports."""
    return page("analyse.html.j2", title="Figures", reports=REPORTS, name="", report=None, wrong="", given={})


def one(report: str) -> ResponseReturnValue:
    """One report; or why there is none."""
    shown = REPORTS.get(report)
    if shown is None:
        raise NotFoundError(report)
    given = {field: request.args.get(field, "")[:200].strip() for field in shown.asks}
    found, wrong = None, ""
    if shown.levels and visit.desk().queue(visit.actor()):
        wrong = BUSY
    else:
        try:
            found = shown.make()
        except UsageError as problem:
            wrong = problem.message
    return page("analyse.html.j2", title=shown.title, reports=REPORTS, name=report, wrong=wrong, given=given, wide=True,
                report=_views(found) if found else None)  # fmt: skip


def _views(report: Report) -> dict[str, Any]:
    from grader.analytics.page import views

    return views(report)


def _funnel() -> Report:
    from grader.analytics.funnel import funnel
    from grader.analytics.kept import stage_events

    return funnel(stage_events(visit.server().store), by="quarter")


def _time() -> Report:
    from grader.analytics.kept import stage_events
    from grader.analytics.time import time

    return time(stage_events(visit.server().store), until=visit.server().now(), within=30)


def _dropoff() -> Report:
    from grader.analytics.dropoff import dropoff
    from grader.analytics.kept import stage_events

    return dropoff(stage_events(visit.server().store))


def _predict() -> Report:
    from grader.analytics.kept import outcomes
    from grader.analytics.predict import predict

    return predict(outcomes(visit.server().store, _given("challenge"), blind=True), _question())


def _signal() -> Report:
    from grader.analytics.kept_grades import levels
    from grader.analytics.signal import signal

    if not _given("reached"):
        raise UsageError("Name the stage that is the outcome.")
    return signal(levels(visit.server().store, _given("reached")))


def _items() -> Report:
    from grader.analytics.items import items
    from grader.analytics.kept_grades import answers

    if not _given("challenge"):
        raise UsageError("Name the challenge whose hidden tests are looked at.")
    return items(answers(visit.server().store, _given("challenge")))


def _exposure() -> Report:
    from grader.analytics.exposure import exposure
    from grader.analytics.kept_grades import given

    if not _given("challenge"):
        raise UsageError("Name the challenge whose templates are looked at.")
    return exposure(given(visit.server().store, _given("challenge")))


def _raters() -> Report:
    from grader.analytics.raters import raters

    rows = [row for row in visit.desk().ratings(visit.actor()).rows if row.role == "rater"]
    if not rows:
        raise UsageError("No case is open to all yet.")
    return raters(rows)


def _review() -> Report:
    from grader.analytics.kept_review import material
    from grader.analytics.review import review

    found = material(visit.server().store, challenge=_given("challenge"), reached=_given("reached"), blind=True)
    rated = tuple(row for row in visit.desk().ratings(visit.actor()).rows if row.role == "rater")
    return review(replace(found, question=_question(), ratings=rated or None))


def _given(field: str) -> str:
    return request.args.get(field, "")[:200].strip()


def _question() -> Any:
    from grader.analytics.predict import Question

    return Question(line=_figure("line"), bar=_figure("bar"))


def _figure(field: str) -> float | None:
    text = _given(field)
    try:
        found = float(text) if text else None
    except ValueError:
        found = float("nan")
    if found is not None and not abs(found) < 1e9:
        raise UsageError(f"The {field} is a number, such as 70.")
    return found


REPORTS = {
    "review": Shown("Review of the quarter", "What to talk about, on one page.", _review,
                    ("challenge", "reached", "line", "bar")),
    "funnel": Shown("Funnel", "How far did candidates come, and where did they stay?", _funnel, levels=False),
    "time": Shown("Time", "How long do they wait, and for what?", _time, levels=False),
    "dropoff": Shown("Drop-off", "What does a task cost them, and who gives up?", _dropoff, levels=False),
    "predict": Shown("Prediction", "Did scores say anything about work? Who surprised us?", _predict,
                     ("challenge", "line", "bar")),
    "signal": Shown("Signal", "Which round earns the minutes it takes?", _signal, ("reached",)),
    "exposure": Shown("Templates", "How often was each task given out, and has it got about?", _exposure,
                      ("challenge",)),
    "items": Shown("Items", "Which hidden test should be read again?", _items, ("challenge",)),
    "raters": Shown("Raters", "Who is severe, who drifts?", _raters),
}  # fmt: skip
