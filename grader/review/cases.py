"""Operations that read cases: one, a person's own, all of them, and what happened in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.engine import Connection, RowMapping

from grader.review import rows, rules, search
from grader.review.base import Base, said
from grader.review.blinded import Material, material_of, source_of
from grader.review.opening import deciding_cases
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, Assignment, Case, Event, Kind, Person, Stage, State
from grader.review.visible import View, visible
from grader.store.case_tables import assignments, case_sources, cases, people
from grader.store.engine import reading

PAGE = 50
"""Cases of one page."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A case in a person's own queue, with nothing about anybody else in it."""

    case: str
    title: str
    challenge: str
    blind: str
    kind: Kind
    state: State
    revealed: bool
    """Whether there is a debrief for this person to read."""


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case in the list of all. `asked` and `inside` are None for a lead who rates the case."""

    case: str
    challenge: str
    challenge_version: str
    blind: str
    state: Stage
    at: str
    asked: int | None
    inside: int | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of cases, and where the next one begins; empty on the last."""

    rows: tuple[CaseRow, ...]
    after: str


class CasesDesk(Base):
    """The part of the desk that shows cases."""

    def view(self, actor: Actor, case: str, *, glass: str = "") -> View:
        """What the actor may see of a case; the reading is an event. `glass`: an admin's reason to look before the
        reveal. Raises NotFoundError."""
        with self._locked(case) as (connection, file):
            if glass:
                self._demand(actor, file, "break_glass")
                self._note(connection, case, "glass broken", actor, why=said(glass, "Looking before the reveal"))
            view = visible(actor, file, names=self.names, broken_glass=bool(glass))
            what = "read others' words" if view.revealed else "read the work" if view.work else "read the state"
            self._note(connection, case, what, actor)
        return view

    def work(self, actor: Actor, case: str) -> Material:
        """The files of the submission, for whoever may see the work, and what takes their author out of them. That they
        were read stands in the chain already: `view` writes it down. Raises NotFoundError, or UsageError where they
        are not on this machine."""
        with reading(self.engine) as connection:
            file = rows.read(connection, case)
            if not visible(actor, file).work:
                raise NotFoundError(case)
            source = source_of(connection, file)
        return material_of(file, source)

    def part(self, person: Person, case: str) -> Assignment | None:
        """The person's part in a case, None where they have none. Raises NotFoundError for one who is linked to the
        candidate."""
        with reading(self.engine) as connection:
            file = rows.read(connection, case)
        if rules.linked(person, file.case):
            raise NotFoundError(case)
        return file.of(person)

    def queue(self, actor: Actor) -> tuple[Task, ...]:
        """A person's own cases: what waits first, each group in an order that is random and stays the same, other for
        each person: later work is rated more harshly, so nobody's shall always be last."""
        if actor.person is None:
            raise NotAllowedError("A queue is a person's; say who.")
        me = actor.person
        joined = assignments.join(cases, cases.c.id == assignments.c.case)
        query = select(cases, assignments.c.kind, assignments.c.state.label("own")).select_from(joined)
        with reading(self.engine) as connection:
            found = connection.execute(query.where(assignments.c.person == me.id)).mappings().all()
            titles = _titles(connection, {row["challenge_digest"]: row["id"] for row in found})
        own = [_task(row, titles[row["challenge_digest"]]) for row in found if not rules.linked(me, _case(row))]
        return tuple(sorted(own, key=lambda one: (one.state not in rules.OPEN, _shuffled(me.id, one.case))))

    def cases(
        self, actor: Actor, *, state: str = "", challenge: str = "", person: str = "", text: str = "",
        after: str = "", limit: int = PAGE,
    ) -> Page:  # fmt: skip
        """A page of all cases, the newest first, for a lead. `person`: those that somebody was asked for. `text`: those
        that have all its words, or words that begin so, in what the actor may read of them. `after` is where the page
        before ended."""
        if not rules.leads(actor):
            raise NotAllowedError("The list of all cases is a lead's.")
        query = (
            _filtered(state, challenge, person, after)
            .where(search.holds(actor, text))
            .order_by(cases.c.at.desc(), cases.c.id.desc())
        )
        with reading(self.engine) as connection:
            found = connection.execute(query.limit(limit + 1)).mappings().all()
            own = _parts(connection, [row["id"] for row in found[:limit]])
        listed = [_row(actor, row, own.get(row["id"], [])) for row in found[:limit] if _may_list(actor, row)]
        last = found[limit - 1] if len(found) > limit else None
        return Page(rows=tuple(listed), after=f"{last['at']}/{last['id']}" if last else "")

    def case_names(self, actor: Actor, wanted: Sequence[str]) -> dict[str, str]:
        """Case → the candidate's blind id, for a lead; without those that are not there for them."""
        return self._of_cases(actor, wanted, "blind")

    def case_runs(self, actor: Actor, wanted: Sequence[str]) -> dict[str, str]:
        """Case → its run, for a lead; without those that are not there for them."""
        return self._of_cases(actor, wanted, "run")

    def _of_cases(self, actor: Actor, wanted: Sequence[str], column: str) -> dict[str, str]:
        if not rules.leads(actor):
            raise NotAllowedError("The list of all cases is a lead's.")
        with reading(self.engine) as connection:
            query = select(cases.c.id, cases.c.run, cases.c.blind, cases.c.submission_digest, cases.c.candidate)
            found = connection.execute(query.where(cases.c.id.in_(list(wanted)))).all()
        return {
            row.id: str(getattr(row, column))
            for row in found
            if actor.person is None or not rules.linked(actor.person, cast("Case", row))  # named as a case names them
        }

    def challenges(self) -> tuple[str, ...]:
        """The challenges that there are cases of, by id."""
        query = select(cases.c.challenge).where(deciding_cases()).distinct()
        with reading(self.engine) as connection:
            return tuple(connection.execute(query.order_by(cases.c.challenge)).scalars())

    def events(self, actor: Actor, case: str = "") -> tuple[Event, ...]:
        """What happened in a case, or with people, for a lead who does not rate it. Words may have been erased."""
        with reading(self.engine) as connection:
            return rows.events(connection, _chain(connection, actor, case))

    def latest(self, actor: Actor, case: str = "", *, before: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """The newest of `events`, the newest first; those before number `before` where that is given."""
        with reading(self.engine) as connection:
            return rows.latest_events(connection, _chain(connection, actor, case), before=before, limit=limit)

    def faults(self, actor: Actor) -> tuple[str, ...]:
        """Where what happened with people does not hold together, for a lead."""
        if not rules.leads(actor):
            raise NotAllowedError("What happened with people is a lead's to read.")
        with reading(self.engine) as connection:
            return rows.faults(connection, rows.PEOPLE)


def _chain(connection: Connection, actor: Actor, case: str) -> str:
    """The chain of a case, or that of people, for whom it is to be read. Raises NotFoundError, NotAllowedError."""
    if not case:
        if not rules.leads(actor):
            raise NotAllowedError("What happened with people is a lead's to read.")
        return rows.PEOPLE
    file = rows.read(connection, case)
    if not rules.known_to(actor, file):
        raise NotFoundError(case)
    if not rules.leads(actor) or rules.rates(actor, file):
        raise NotAllowedError("What happened in a case is for leads who do not rate it.")
    return case


def _case(row: RowMapping) -> Case:
    return Case(**{name: row[name] for name in Case.__dataclass_fields__})


def _titles(connection: Connection, one_of: Mapping[str, str]) -> dict[str, str]:
    """Digest of a challenge → its title, as one case of it has it: the snapshots are long, and there are few."""
    query = select(case_sources.c.case, case_sources.c.challenge).where(case_sources.c.case.in_(one_of.values()))
    known = {row.case: str(json.loads(row.challenge)["challenge"]["title"]) for row in connection.execute(query)}
    return {digest: known[case] for digest, case in one_of.items()}


def _task(row: RowMapping, title: str) -> Task:
    through = row["own"] in {"sealed", "late"} or (row["kind"] == "adjudicator" and row["state"] in rules.REVEALED)
    return Task(case=row["id"], title=title, challenge=row["challenge"], blind=row["blind"], kind=row["kind"],
                state=row["own"], revealed=through)  # fmt: skip


def _shuffled(person: str, case: str) -> str:
    return sha256(f"{person} {case}".encode()).hexdigest()


def _filtered(state: str, challenge: str, person: str, after: str) -> Select[Any]:
    query = select(cases).where(deciding_cases())
    for column, wanted in ((cases.c.state, state), (cases.c.challenge, challenge)):
        query = query.where(column == wanted) if wanted else query
    if person:
        query = query.where(cases.c.id.in_(select(assignments.c.case).where(assignments.c.person == person)))
    if after:
        at, _, last = after.partition("/")
        query = query.where(or_(cases.c.at < at, and_(cases.c.at == at, cases.c.id < last)))
    return query


def _parts(connection: Connection, ids: Sequence[str]) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    query = select(assignments).join(people, people.c.id == assignments.c.person).where(assignments.c.case.in_(ids))
    for row in connection.execute(query).mappings():
        found.setdefault(row["case"], []).append(row)
    return found


def _may_list(actor: Actor, row: RowMapping) -> bool:
    return actor.person is None or not rules.linked(actor.person, _case(row))


def _row(actor: Actor, row: RowMapping, asked: Sequence[RowMapping]) -> CaseRow:
    raters = [one for one in asked if one["kind"] != "adjudicator" and one["state"] != "recused"]
    blind = any(actor.person and one["person"] == actor.person.id and one["state"] in rules.BLIND for one in raters)
    return CaseRow(
        case=row["id"], challenge=row["challenge"], challenge_version=row["challenge_version"], blind=row["blind"],
        state="collecting" if blind else row["state"], at=row["at"],
        asked=None if blind else len(raters),
        inside=None if blind else sum(one["state"] in {"submitted", "sealed"} for one in raters),
    )  # fmt: skip
