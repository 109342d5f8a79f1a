"""Norming sessions: those that somebody is asked to, and, for leads, cases to open another on."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.errors import GraderError, UsageError
from grader.review.norming_rows import Borderline, Listed, Source
from grader.settings import Settings, list_challenges
from grader.web import visit
from grader.web.queue import name_of
from grader.web.render import page

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.ratings.items import Item

SOURCES = {"people": "Cases on which people lay apart", "judge": "Cases on which the judge lay apart from people",
           "authored": "Texts that the challenge’s authors wrote"}  # fmt: skip
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
    """A case, or an authored text, to norm by."""

    value: str
    who: str
    levels: str


def show() -> ResponseReturnValue:
    """The list; for a lead who asks for a challenge and a criterion, the cases to choose from too."""
    return _shown()


def _shown(*, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    sent = request.values
    wanted = {name: sent.get(name, "")[:200] for name in ("challenge", "criterion", "source")}
    wanted["source"] = wanted["source"] if wanted["source"] in SOURCES else "people"
    lines = [_line(one) for one in visit.desk().normings(visit.actor())]
    views = {"lines": lines, "leads": visit.leads(), "wanted": wanted, "challenges": (), "criteria": (), "offered": (),
             "people": (), "chosen": {*sent.getlist("case"), *sent.getlist("item")}, "sources": SOURCES,
             "asked": sent.getlist("person")}  # fmt: skip
    if visit.leads():
        views["challenges"] = sorted({*visit.desk().challenges(), *_packs()})
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


def _offered(*, challenge: str, criterion: str, source: str) -> tuple[tuple[str, ...], list[Offered]]:
    """The criteria of the challenge, and what may be normed by: cases, the widest gap first, or authored texts."""
    if not challenge:
        return (), []
    pack, items = _authored(challenge)
    known = {*visit.desk().ratings(visit.actor(), challenge=challenge).criteria}
    known |= {one.id for one in pack.rubric.criteria} if pack and items else set()
    if source == "authored":
        offered = [Offered(one.id, f"Authored text {one.id}", "") for one in items if one.criterion == criterion]
        return tuple(sorted(known)), offered
    by: Source = "judge" if source == "judge" else "people"
    found = visit.desk().borderline(visit.actor(), challenge, criterion, MOST, source=by) if criterion else ()
    names = visit.desk().case_names(visit.actor(), [one.case for one in found])
    return tuple(sorted(known)), [
        Offered(one.case, name_of(names[one.case], one.case), _said(one, by)) for one in found if one.case in names
    ]


def _said(one: Borderline, by: Source) -> str:
    if by == "judge":
        return f"judge {one.judge}, people {one.settled}"
    return f"levels {', '.join(str(level) for level in one.levels)}"


def _packs() -> dict[str, Path]:
    """The challenges on this machine that come with texts to norm by."""
    found = list_challenges(Settings.read(), visit.server().config.challenges)
    return {name: root for name, root in found.items() if (root / "calibration" / "items.yaml").is_file()}


def _authored(challenge: str) -> tuple[Pack | None, tuple[Item, ...]]:
    """The challenge with the texts that its authors wrote; nothing where it is not on this machine, or is broken."""
    from grader.challenge import load_pack
    from grader.ratings.items import load_items

    root = _packs().get(challenge)
    with contextlib.suppress(GraderError, OSError):
        pack = load_pack(root) if root else None
        return pack, tuple(one for one in load_items(pack) if one.kind == "authored") if pack else ()
    return None, ()


def begin() -> ResponseReturnValue:
    """Opens a session; whoever is asked finds it in their list."""
    found = [visit.desk().person(one) for one in request.form.getlist("person")]
    raters = [one for one in found if one is not None and one.active]
    criterion, items = request.form.get("criterion", ""), request.form.getlist("item")
    pack, texts = _authored(request.form.get("challenge", "")) if items else (None, ())
    try:
        made = visit.desk().open_norming(
            visit.actor(), criterion, request.form.getlist("case"), raters, pack=pack,
            items=[one for one in texts if one.id in items and one.criterion == criterion],
        )  # fmt: skip
    except UsageError as problem:
        return _shown(wrong=problem.message, status=409)
    return redirect(url_for("session.show", session=made), 303)
