"""What people's revealed levels add up to over all cases: the material of agreement, severity and drift."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.engine import Connection, RowMapping

from grader.ratings import sheet
from grader.ratings.table import Rating, Ratings
from grader.review import rules
from grader.review.base import Base
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case
from grader.store.apart_tables import anchor_seeds, apart
from grader.store.case_tables import adjudications, assessments, assignments, case_sources, cases, people
from grader.store.engine import reading
from grader.store.tables import ratings


class FiguresDesk(Base):
    """The part of the desk that hands out levels of many cases at once."""

    def ratings(self, actor: Actor, *, challenge: str = "") -> Ratings:
        """Every independent level that has been revealed, and every adjudicated one, as `grader.agreement` takes them;
        an item is a case. For leads who rate nothing that is not revealed: from sums a level could be told."""
        with reading(self.engine) as connection:
            if not rules.leads(actor) or self._still_rates(connection, actor):
                raise NotAllowedError("Figures over all cases are for leads who are through with their own.")
            where = cases.c.challenge == challenge if challenge else true()
            return _collected(connection, where, self._linked(connection, actor))

    def ratings_beside(self, actor: Actor) -> Ratings:
        """The levels of the cases that the actor rated and that are open to all who rated them: nothing in these that
        the actor has not read there."""
        if actor.person is None:
            raise NotAllowedError("Own figures are a person's.")
        mine = select(assignments.c.case).where(
            assignments.c.person == actor.person.id, assignments.c.state == "sealed"
        )
        with reading(self.engine) as connection:
            return _collected(connection, cases.c.id.in_(mine), self._linked(connection, actor))

    def anchor_ratings(self, actor: Actor) -> tuple[Rating, ...]:
        """What everybody said of the anchors that were in their queues, each as they handed it in first, beside the
        levels that were settled; an item is what was in the queue. For the same people as `ratings`: were it told to
        whoever rated, they would know the next anchor by it, and could take back what they said."""
        given = select(anchor_seeds, people.c.name, assessments.c.body, assessments.c.at.label("said_at")).select_from(
            anchor_seeds.join(assignments, assignments.c.case == anchor_seeds.c.case)
            .join(people, people.c.id == assignments.c.person)
            .join(assessments, assessments.c.assignment == assignments.c.id)
        ).where(assessments.c.kind == "submitted").order_by(assessments.c.version.desc())  # fmt: skip
        with reading(self.engine) as connection:
            if not rules.leads(actor) or self._still_rates(connection, actor):
                raise NotAllowedError("Figures over all cases are for leads who are through with their own.")
            hidden = self._linked(connection, actor)
            first = {row["case"]: row for row in connection.execute(given).mappings() if row["anchor"] not in hidden}
        return tuple(one for row in first.values() for one in _of_anchor(row))

    def _linked(self, connection: Connection, actor: Actor) -> set[str]:
        """Cases that are not there for the actor."""
        person = actor.person
        if person is None:
            return set()
        found = [Case(**row) for row in connection.execute(select(cases)).mappings()]
        return {case.id for case in found if rules.linked(person, case)}

    def _still_rates(self, connection: Connection, actor: Actor) -> bool:
        if actor.person is None:
            return False
        query = select(assignments.c.id).where(
            assignments.c.person == actor.person.id, assignments.c.kind != "adjudicator",
            assignments.c.state.in_(rules.BLIND), assignments.c.case.not_in(apart()),
        )  # fmt: skip
        return connection.execute(query).first() is not None


def _collected(connection: Connection, where: ColumnElement[bool], hidden: Container[str]) -> Ratings:
    """The independent levels that have been revealed, and the adjudicated ones, of the cases that `where` picks, but
    for those in `hidden`."""
    where &= cases.c.id.not_in(apart())
    same = (ratings.c.submission_digest == cases.c.submission_digest) & (
        ratings.c.challenge_digest == cases.c.challenge_digest
    )
    given = connection.execute(
        select(cases.c.id, ratings.c.criterion, ratings.c.rater, ratings.c.level, ratings.c.at)
        .select_from(ratings.join(cases, same)).where(where).order_by(ratings.c.id)
    ).all()  # fmt: skip
    settled = connection.execute(
        select(cases.c.id, adjudications.c.criterion, people.c.name, adjudications.c.level, adjudications.c.at)
        .select_from(adjudications.join(cases, adjudications.c.case == cases.c.id).join(people))
        .where(where, adjudications.c.level.is_not(None)).order_by(adjudications.c.id)
    ).all()  # fmt: skip
    rubrics = connection.execute(select(case_sources.c.challenge).join(cases).where(where)).scalars().all()
    given = [row for row in given if row.id not in hidden]
    settled = [row for row in settled if row.id not in hidden]
    rows = {(row.id, row.criterion, row.rater): _rating(row.id, row.criterion, row.rater, row.level, row.at)
            for row in given}  # fmt: skip
    last = {(row.id, row.criterion): row for row in settled}
    closed = [Rating(item=row.id, criterion=row.criterion, rater=row.name, level=row.level, candidate=row.id,
                     role="adjudicator") for row in last.values()]  # fmt: skip
    return Ratings(rows=(*rows.values(), *closed), levels=_levels(rubrics))


def _of_anchor(row: RowMapping) -> Iterable[Rating]:
    """The levels of one person on an anchor, and the settled ones."""
    for said in sheet.from_data(json.loads(row["body"])).said:
        level = json.loads(row["levels"]).get(said.criterion)
        if said.level is not None and level is not None:
            yield _rating(row["case"], said.criterion, row["name"], said.level, row["said_at"])
            yield Rating(item=row["case"], criterion=said.criterion, rater="", level=level, candidate=row["case"],
                         role="adjudicator")  # fmt: skip


def _rating(case: str, criterion: str, rater: str, level: int, at: str) -> Rating:
    moment = datetime.fromisoformat(at)
    return Rating(item=case, criterion=criterion, rater=rater, level=level, candidate=case, rated_at=moment)


def _levels(rubrics: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Criterion → all its levels, used or not."""
    found: dict[str, tuple[int, ...]] = {}
    for text in rubrics:
        for criterion in json.loads(text)["rubric"]["criteria"]:
            found[criterion["id"]] = tuple(sorted(int(level) for level in criterion["levels"]))
    return found
