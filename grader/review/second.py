"""Which cases a second person is to rate next, for leads: most by lot, some since their level is rare so far.

The list says nothing of why a case stands in it, and so nothing of what its first person said. What was chosen is kept
before it is shown: it enters no estimate, whatever becomes of it (grader/agreement/next_ratings.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.engine import Connection

from grader.agreement.labels import median_half_up
from grader.agreement.limits import limits_of
from grader.agreement.next_ratings import Offer, Rated, Waiting, offers
from grader.challenge.rubric import GateSettings
from grader.ratings import sheet
from grader.review import rules
from grader.review.figures import FiguresDesk
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case
from grader.store.apart_tables import apart
from grader.store.case_tables import assessments, assignments, case_sources, cases
from grader.store.engine import reading, writing
from grader.store.label_tables import judged_levels
from grader.store.tables import calibrations, events

CHOSEN = "chosen for a second rating"
"""The store's event about a run; it goes with the run."""


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A case with its independent levels so far: criterion → one of each person."""

    case: Case
    levels: Mapping[str, tuple[int, ...]]
    people: int
    asked: int
    judged: Mapping[str, int]

    @property
    def waits(self) -> bool:
        """Whether one person has rated it, and nobody else was asked."""
        return (self.people, self.asked, self.case.state) == (1, 1, "collecting")


class SecondDesk(FiguresDesk):
    """The part of the desk that offers work for a second rating."""

    def second_ratings(self, actor: Actor, challenge: str, *, number: int = 5) -> tuple[Case, ...]:
        """Cases of a challenge that one person has rated and nobody else was asked for, the next first. For the same
        people as `ratings`: from an order something could be told."""
        with reading(self.engine) as connection:
            if not rules.leads(actor) or self._still_rates(connection, actor):
                raise NotAllowedError("What to rate next is for leads who are through with their own.")
            hidden, before = self._linked(connection, actor), chosen_runs(connection)
            there = connection.execute(_waits(challenge)).first() is not None
            work = [one for one in (_work(connection, challenge) if there else ()) if one.case.id not in hidden]
            some = any(one.waits for one in work)
            found = list(_offers(connection, challenge, work, before, number)) if some else []
        cases_of = {one.case.id: one.case for one in work}
        picked = [cases_of[one.item].run for one in found if one.chosen]
        self._keep([run for run in dict.fromkeys(picked) if run not in before], actor)
        return tuple(cases_of[item] for item in dict.fromkeys(one.item for one in found))[:number]

    def _keep(self, runs: Sequence[str], actor: Actor) -> None:
        rows = [{"what": CHOSEN, "about": run, "data": "{}", "who": actor.name, "why": "its level is rare so far",
                 "at": self.clock()} for run in runs]  # fmt: skip
        if rows:
            with writing(self.engine) as connection:
                connection.execute(insert(events), rows)


def chosen_runs(connection: Connection) -> frozenset[str]:
    """The runs whose work was picked for a second rating by what was known of it."""
    return frozenset(connection.execute(select(events.c.about).where(events.c.what == CHOSEN)).scalars())


def _offers(
    connection: Connection, challenge: str, work: Sequence[_Work], before: frozenset[str], number: int
) -> Iterator[Offer]:
    """For each criterion in turn that is still open: what was chosen and waits first, then what is next."""
    yield from (Offer(item=one.case.id, chosen=True) for one in work if one.waits and one.case.run in before)
    for found in zip_longest(*_each(connection, challenge, work, before, number)):
        yield from (one for one in found if one is not None)


def _each(
    connection: Connection, challenge: str, work: Sequence[_Work], before: frozenset[str], number: int
) -> Iterator[tuple[Offer, ...]]:
    rubric = _rubric(connection, work)
    limits = limits_of(GateSettings.model_validate(rubric.get("gate") or {}), "rubric.yaml")
    closed = _accepted(connection, challenge)
    for criterion in (one for one in rubric["criteria"] if one["id"] not in closed):
        name, scale = str(criterion["id"]), sorted(int(level) for level in criterion["levels"])
        twice = [one for one in work if len(one.levels.get(name, ())) > 1]
        rated = Rated(drawn=_counts(twice, name, before, False), chosen=_counts(twice, name, before, True))
        shown = [
            Waiting(item=one.case.id, first=one.levels[name][0], judge=one.judged.get(name))
            for one in work if one.waits and one.case.run not in before and name in one.levels
        ]  # fmt: skip
        yield offers(shown, rated, scale, limits, number=number, lot=challenge)


def _counts(work: Iterable[_Work], criterion: str, before: frozenset[str], chosen: bool) -> Counter[int]:
    return Counter(median_half_up(list(one.levels[criterion])) for one in work if (one.case.run in before) is chosen)


def _rubric(connection: Connection, work: Sequence[_Work]) -> Mapping[str, Any]:
    """The rubric of the newest case."""
    newest = max(work, key=lambda one: (one.case.at, one.case.id)).case.id
    text = connection.execute(select(case_sources.c.challenge).where(case_sources.c.case == newest)).scalar_one()
    found: Mapping[str, Any] = json.loads(text)["rubric"]
    return found


def _accepted(connection: Connection, challenge: str) -> set[str]:
    """Criteria whose gate is open by the newest calibration that the store knows: there is nothing to hurry for."""
    query = select(calibrations.c.body).where(calibrations.c.challenge_id == challenge)
    body = connection.execute(query.order_by(calibrations.c.id.desc()).limit(1)).scalar()
    found = json.loads(body)["criteria"] if body else {}
    return {name for name, one in found.items() if one["verdict"] == "ACCEPT"}


def _waits(challenge: str) -> Select[tuple[str]]:
    """Cheap: whether anything was handed in that is not opened."""
    return select(assignments.c.id).join(cases, cases.c.id == assignments.c.case).where(
        cases.c.challenge == challenge, cases.c.state == "collecting", assignments.c.state == "submitted"
    ).limit(1)  # fmt: skip


def _work(connection: Connection, challenge: str) -> Iterator[_Work]:
    """All cases of a challenge with what was handed in of them."""
    where = (cases.c.challenge == challenge, cases.c.id.not_in(apart()))
    listed = connection.execute(select(cases).where(*where).order_by(cases.c.at, cases.c.id)).mappings().all()
    asked = connection.execute(
        select(assignments.c.case, assignments.c.id, assignments.c.state).join(cases, cases.c.id == assignments.c.case)
        .where(*where, assignments.c.kind != "adjudicator", assignments.c.state != "recused")
    ).all()  # fmt: skip
    said = connection.execute(
        select(assignments.c.case, assignments.c.id, assessments.c.body)
        .select_from(assessments.join(assignments, assignments.c.id == assessments.c.assignment).join(cases))
        .where(*where, assessments.c.kind == "submitted", assignments.c.state.in_(("submitted", "sealed")),
               assignments.c.kind != "adjudicator")
        .order_by(assessments.c.version)
    ).all()  # fmt: skip
    judged = connection.execute(
        select(cases.c.id, judged_levels.c.criterion, judged_levels.c.level)
        .select_from(cases.join(judged_levels, judged_levels.c.run == cases.c.run)).where(*where)
    ).all()  # fmt: skip
    sheets = {(row.case, row.id): sheet.from_data(json.loads(row.body)) for row in said}
    for row in listed:
        own = [found for (case, _), found in sheets.items() if case == row["id"]]
        given = [(one.criterion, one.level) for found in own for one in found.said if one.level is not None]
        levels = {name: tuple(level for other, level in given if other == name) for name, _ in given}
        yield _Work(
            case=Case(**row), levels=levels, people=len(own), asked=sum(one.case == row["id"] for one in asked),
            judged={one.criterion: one.level for one in judged if one.id == row["id"]},
        )  # fmt: skip
