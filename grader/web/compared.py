"""A norming session once it is compared: levels side by side, what decided, and agreement before and after."""

from __future__ import annotations

from typing import NamedTuple

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.agreement.labels import labels_of
from grader.agreement.thresholds import FEW
from grader.errors import UsageError
from grader.ratings.table import Ratings
from grader.review.norming_rows import Norming
from grader.web import session as rated
from grader.web import visit
from grader.web.reliability import agreed
from grader.web.render import page


class Side(NamedTuple):
    """What one rater said. `before`: their level of the first round, empty where there is none."""

    who: str
    level: int
    before: str
    note: str


class ComparedRow(NamedTuple):
    """One case, all levels beside each other."""

    case: str
    who: str
    sides: tuple[Side, ...]
    given: frozenset[int]
    low: int
    high: int


def show(session: str) -> ResponseReturnValue:
    view = visit.desk().norming(visit.actor(), session)
    if view.levels is None:
        return redirect(url_for("session.show", session=session), 303)
    return _shown(view, view.levels)


def _shown(view: Norming, levels: Ratings, *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    g.inside = "sessions"
    rounds = [("Before", view.before), ("After", levels)] if view.before else [("First round", levels)]
    rows = sorted((_row(view, case, levels) for case in view.items), key=lambda row: (row.low - row.high, row.who))
    return page(
        "compared.html.j2", title=f"Norming: {view.criterion}", session=view, rows=[row for row in rows if row.sides],
        figures=[(name, agreed(labels_of(found, view.criterion))) for name, found in rounds],
        fewest=FEW, leads=visit.leads(),
        wrong=wrong,
    ), status  # fmt: skip


def _row(view: Norming, case: str, levels: Ratings) -> ComparedRow:
    earlier = {one.rater: str(one.level) for one in view.before.rows if one.item == case} if view.before else {}
    sides = sorted(
        Side(view.called[one.rater], one.level, earlier.get(one.rater, ""), view.notes[case, one.rater])
        for one in levels.rows if one.item == case
    )  # fmt: skip
    given = frozenset(one.level for one in sides)
    return ComparedRow(
        case, rated.called(view, case), tuple(sides), given, min(given, default=0), max(given, default=0)
    )


def compare(session: str) -> ResponseReturnValue:
    """Opens all levels to all raters at once."""
    try:
        visit.desk().compare(visit.actor(), session, early=request.form.get("early") == "yes")
    except UsageError as problem:
        view = visit.desk().norming(visit.actor(), session)
        if view.levels is not None:
            return _shown(view, view.levels, wrong=problem.message, status=409)
        return rated.shown(view, wrong=problem.message, status=409)
    return redirect(url_for("compared.show", session=session), 303)


def again(session: str) -> ResponseReturnValue:
    """The same cases once more, by the mended anchors."""
    try:
        visit.desk().again(visit.actor(), session)
    except UsageError as problem:
        view = visit.desk().norming(visit.actor(), session)
        if view.levels is not None:
            return _shown(view, view.levels, wrong=problem.message, status=409)
        return rated.shown(view, wrong=problem.message, status=409)
    return redirect(url_for("session.show", session=session), 303)
