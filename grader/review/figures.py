"""What people's revealed levels add up to over all cases: the material of agreement, severity and drift."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.engine import Connection

from grader.ratings.table import Rating, Ratings
from grader.review import rules
from grader.review.base import Base
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case
from grader.store.case_tables import adjudications, assignments, case_sources, cases, people
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
            assignments.c.state.in_(rules.BLIND),
        )  # fmt: skip
        return connection.execute(query).first() is not None


def _collected(connection: Connection, where: ColumnElement[bool], hidden: Container[str]) -> Ratings:
    """The independent levels that have been revealed, and the adjudicated ones, of the cases that `where` picks, but
    for those in `hidden`."""
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
