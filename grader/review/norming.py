"""Norming: people rate the same borderline cases on one criterion, blind, then compare and mend the anchors.

    rating ─► compared ─► rating again, with the mended anchors ─► compared

While a session is rated, a person sees the cases, the anchors and their own levels. What is given here is practice: it
enters no grade, and no figure of the raters but those of the session. Mended anchors are a text to be committed into
the challenge, as a new version; nothing here changes a rubric that graded somebody.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from grader.agreement.ratings import Rating, Ratings
from grader.errors import UsageError
from grader.review import rules
from grader.review.base import said
from grader.review.figures import FiguresDesk
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, Case, Person
from grader.store.case_tables import case_sources, cases
from grader.store.engine import reading, writing
from grader.store.norming_tables import anchor_proposals, norming_items, norming_ratings, norming_sessions


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Another text for an anchor. The latest for a level is the one in force from the next phase on."""

    person: str
    level: int
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Norming:
    """A session as one person may see it."""

    id: str
    criterion: str
    anchors: Mapping[int, str]
    """As they are rated by in this phase."""
    items: tuple[str, ...]
    """Ids of the cases, without those that are not there for this person."""
    phase: int
    """1 before the anchors were mended, 2 after."""
    compared: bool
    own: Mapping[str, int]
    """Case → the level that this person gave in this phase."""
    levels: Ratings | None
    """All levels of this phase, once compared; an item is a case, a rater a person's id."""
    before: Ratings | None
    """All levels of the phase before this one."""
    proposals: tuple[Proposal, ...]


class NormingDesk(FiguresDesk):
    """The part of the desk where anchors are learnt and mended."""

    def borderline(self, actor: Actor, challenge: str, criterion: str, count: int = 5) -> tuple[str, ...]:
        """Cases on which people lay furthest apart, for a lead to choose from; those with no gap are left out."""
        by_case: dict[str, list[int]] = {}
        for row in self.ratings(actor, challenge=challenge).rows:
            if row.criterion == criterion and row.role == "rater":
                by_case.setdefault(row.item, []).append(row.level)
        gaps = {case: max(levels) - min(levels) for case, levels in by_case.items()}
        return tuple(sorted((case for case in gaps if gaps[case]), key=lambda case: (-gaps[case], case))[:count])

    def open_norming(self, actor: Actor, criterion: str, wanted: Sequence[str], raters: Sequence[Person]) -> str:
        """Opens a session on revealed cases that share the criterion's anchors; its id. Raises UsageError."""
        if not rules.leads(actor):
            raise NotAllowedError("A norming session is opened by a lead.")
        if len({rater.id for rater in raters}) < 2 or not wanted:
            raise UsageError("A norming session takes a case and two raters at least.")
        made = self.new_id()
        with writing(self.engine) as connection:
            anchors = {json.dumps(_anchors(connection, case, criterion), sort_keys=True) for case in wanted}
            if len(anchors) > 1:
                raise UsageError(f"These cases were graded by different anchors of {criterion}.")
            row = {"id": made, "criterion": criterion, "anchors": anchors.pop(), "state": "rating", "phase": 1,
                   "raters": json.dumps([rater.id for rater in raters]), "at": self.clock()}  # fmt: skip
            connection.execute(insert(norming_sessions).values(row))
            connection.execute(insert(norming_items), [{"session": made, "case": case} for case in wanted])
        return made

    def norm(self, actor: Actor, session: str, case: str, level: int, note: str = "") -> None:
        """Gives a level; until the session is compared another may be given."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session)
            if actor.person is None or actor.person.id not in json.loads(row["raters"]) or row["state"] != "rating":
                raise NotAllowedError("Levels are given by those who were asked, until they are compared.")
            if case not in _items(connection, actor, session):
                raise NotFoundError(case)
            if level not in _anchors_of(connection, row):
                raise UsageError(f"There is no level {level}.")
            values = {"session": session, "case": case, "person": actor.person.id, "phase": row["phase"],
                      "level": level, "note": note, "at": self.clock()}  # fmt: skip
            connection.execute(insert(norming_ratings).values(values))

    def compare(self, actor: Actor, session: str) -> None:
        """Opens all levels to all raters at once, when two of them have rated every case that is there for them."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session, lock=True)
            if not rules.leads(actor) or row["state"] != "rating":
                raise NotAllowedError("Levels are compared by a lead, once.")
            given = _given(connection, session, row["phase"])
            items = set(_items(connection, Actor(), session))
            through = [one for one in json.loads(row["raters"]) if {case for case, who in given if who == one} >= items]
            if len(through) < 2:
                raise NotAllowedError("Not yet: two of the raters have to be through.")
            self._turn(connection, session, state="compared")

    def propose(self, actor: Actor, session: str, level: int, text: str, why: str) -> None:
        """Another text for an anchor, after the comparison, with a reason."""
        body, reason = said(text, "An anchor"), said(why, "Changing an anchor")
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session)
            if actor.person is None or row["state"] != "compared":
                raise NotAllowedError("Anchors are mended by a person, after the comparison.")
            if level not in _anchors_of(connection, row):
                raise UsageError(f"There is no level {level}.")
            values = {"session": session, "person": actor.person.id, "level": level, "body": body, "why": reason,
                      "at": self.clock()}  # fmt: skip
            connection.execute(insert(anchor_proposals).values(values))

    def again(self, actor: Actor, session: str) -> None:
        """The same cases once more, by the mended anchors; blind again."""
        with writing(self.engine) as connection:
            row = self._session(connection, actor, session, lock=True)
            if not rules.leads(actor) or row["state"] != "compared" or row["phase"] != 1:
                raise NotAllowedError("A second round is a lead's, after the first was compared.")
            self._turn(connection, session, state="rating", phase=2)

    def norming(self, actor: Actor, session: str) -> Norming:
        """A session, for its raters and for leads. Raises NotFoundError."""
        with reading(self.engine) as connection:
            row = self._session(connection, actor, session)
            items = _items(connection, actor, session)
            given = _given(connection, session, row["phase"])
            me = actor.person.id if actor.person else ""
            compared = row["state"] == "compared"
            earlier = _given(connection, session, 1) if row["phase"] == 2 else None
            return Norming(
                id=session, criterion=row["criterion"], anchors=_anchors_of(connection, row), items=items,
                phase=row["phase"], compared=compared,
                own={case: level for (case, who), level in given.items() if who == me and case in items},
                levels=_ratings(row, given, items) if compared else None,
                before=_ratings(row, earlier, items) if earlier is not None else None,
                proposals=_proposals(connection, session) if compared or row["phase"] == 2 else (),
            )  # fmt: skip

    def anchors_diff(self, actor: Actor, session: str) -> str:
        """What the mended anchors change, as a unified diff to be committed into the challenge; empty for nothing."""
        with reading(self.engine) as connection:
            row = self._session(connection, actor, session)
            before = {int(level): text for level, text in json.loads(row["anchors"]).items()}
            after = {**before, **{one.level: one.text for one in _proposals(connection, session)}}
        name = f"rubric.yaml, {row['criterion']}"
        return "\n".join(difflib.unified_diff(_lines(before), _lines(after), name, f"{name}, mended", lineterm=""))

    def _session(self, connection: Connection, actor: Actor, session: str, *, lock: bool = False) -> RowMapping:
        query = select(norming_sessions).where(norming_sessions.c.id == session)
        row = connection.execute(query.with_for_update() if lock else query).mappings().first()
        me = actor.person.id if actor.person else ""
        if row is None or not (rules.leads(actor) or me in json.loads(row["raters"])):
            raise NotFoundError(session)
        return row

    def _turn(self, connection: Connection, session: str, **values: object) -> None:
        connection.execute(update(norming_sessions).where(norming_sessions.c.id == session).values(**values))


def _anchors(connection: Connection, case: str, criterion: str) -> Mapping[str, str]:
    """The anchors that a revealed case was graded by. Raises UsageError."""
    joined = cases.join(case_sources, case_sources.c.case == cases.c.id)
    query = select(cases.c.state, case_sources.c.challenge).select_from(joined).where(cases.c.id == case)
    row = connection.execute(query).first()
    if row is None or row.state not in rules.REVEALED:
        raise UsageError(f"Case {case} is not revealed; a norming session is on cases that nobody rates any more.")
    found = {one["id"]: one["levels"] for one in json.loads(row.challenge)["rubric"]["criteria"]}
    if criterion not in found:
        raise UsageError(f"Case {case} has no criterion {criterion!r}.")
    return {str(level): str(text) for level, text in found[criterion].items()}


def _anchors_of(connection: Connection, row: RowMapping) -> dict[int, str]:
    """As they are rated by: in the second phase with what was mended."""
    before = {int(level): text for level, text in json.loads(row["anchors"]).items()}
    mended = {one.level: one.text for one in _proposals(connection, row["id"])} if row["phase"] == 2 else {}
    return {**before, **mended}


def _proposals(connection: Connection, session: str) -> tuple[Proposal, ...]:
    query = select(anchor_proposals).where(anchor_proposals.c.session == session).order_by(anchor_proposals.c.id)
    return tuple(
        Proposal(person=row["person"], level=row["level"], text=row["body"], why=row["why"])
        for row in connection.execute(query).mappings()
    )


def _items(connection: Connection, actor: Actor, session: str) -> tuple[str, ...]:
    """The cases of a session that are there for the actor."""
    joined = norming_items.join(cases, cases.c.id == norming_items.c.case)
    query = select(cases).select_from(joined).where(norming_items.c.session == session).order_by(norming_items.c.id)
    found = [Case(**row) for row in connection.execute(query).mappings()]
    return tuple(one.id for one in found if actor.person is None or not rules.linked(actor.person, one))


def _given(connection: Connection, session: str, phase: int) -> dict[tuple[str, str], int]:
    """(case, person) → the level that stands."""
    table = norming_ratings
    query = select(table.c.case, table.c.person, table.c.level).where(
        table.c.session == session, table.c.phase == phase
    )
    return {(row.case, row.person): row.level for row in connection.execute(query.order_by(table.c.id))}


def _ratings(row: RowMapping, given: Mapping[tuple[str, str], int], items: Sequence[str]) -> Ratings:
    rows = [Rating(item=case, criterion=row["criterion"], rater=who, level=level, candidate=case)
            for (case, who), level in given.items() if case in items]  # fmt: skip
    levels = tuple(sorted(int(level) for level in json.loads(row["anchors"])))
    return Ratings(rows=tuple(rows), levels={row["criterion"]: levels})


def _lines(anchors: Mapping[int, str]) -> list[str]:
    return [f"{level}: {' '.join(text.split())}" for level, text in sorted(anchors.items())]
