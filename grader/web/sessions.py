"""Norming sessions: those that somebody is asked to, and, for leads, cases to open another on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import UsageError
from grader.review.norming_rows import Listed
from grader.web import visit
from grader.web.queue import name_of
from grader.web.render import page

MOST = 12
"""Cases that are offered: more than are talked through in one sitting."""


class Line(NamedTuple):
    """A session in the list."""

    id: str
    criterion: str
    items: int
    round: int
    state: str
    at: str


class Offered(NamedTuple):
    """A case on which people lay apart."""

    case: str
    who: str
    levels: str


def show() -> ResponseReturnValue:
    """The list; for a lead who asks for a challenge and a criterion, the cases to choose from too."""
    return _shown()


def _shown(*, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    sent = request.values
    wanted = {name: sent.get(name, "")[:200] for name in ("challenge", "criterion")}
    lines = [_line(one) for one in visit.desk().normings(visit.actor())]
    views = {"lines": lines, "leads": visit.leads(), "wanted": wanted, "challenges": (), "criteria": (), "offered": (),
             "people": (), "chosen": sent.getlist("case"), "asked": sent.getlist("person")}  # fmt: skip
    if visit.leads():
        views["challenges"] = visit.desk().challenges()
        views["people"] = [one for one in visit.desk().people() if one.active]
        try:
            views["criteria"], views["offered"] = _offered(**wanted)
        except UsageError as problem:  # a lead who still rates
            wrong = wrong or problem.message
    return page("sessions.html.j2", title="Norming", wrong=wrong, **views), status


def _line(one: Listed) -> Line:
    if one.compared:
        state = "compared"
    elif one.rates:
        state = f"{one.own} of {one.items} rated by you"
    else:
        state = "being rated"
    return Line(one.id, one.criterion, one.items, one.phase, state, one.at[:10])


def _offered(*, challenge: str, criterion: str) -> tuple[tuple[str, ...], list[Offered]]:
    """The criteria of the challenge, and the cases on which people lay apart, the widest gap first."""
    if not challenge:
        return (), []
    ratings = visit.desk().ratings(visit.actor(), challenge=challenge)
    found = visit.desk().borderline(visit.actor(), challenge, criterion, MOST) if criterion else ()
    names = visit.desk().case_names(visit.actor(), found)
    by_case: dict[str, list[int]] = {}
    for row in ratings.rows:
        if row.criterion == criterion and row.role == "rater":
            by_case.setdefault(row.item, []).append(row.level)
    offered = [Offered(case, name_of(names[case], case), _listed(by_case[case])) for case in found if case in names]
    return tuple(sorted(ratings.criteria)), offered


def _listed(levels: Sequence[int]) -> str:
    return ", ".join(str(level) for level in sorted(levels))


def begin() -> ResponseReturnValue:
    """Opens a session; whoever is asked finds it in their list."""
    found = [visit.desk().person(one) for one in request.form.getlist("person")]
    raters = [one for one in found if one is not None and one.active]
    try:
        made = visit.desk().open_norming(
            visit.actor(), request.form.get("criterion", ""), request.form.getlist("case"), raters
        )
    except UsageError as problem:
        return _shown(wrong=problem.message, status=409)
    return redirect(url_for("session.show", session=made), 303)
