"""Anchor cases: closed cases that raters are given once more and do not know as such, so that drift shows.

A lead chooses them among decided cases. A plan of who rates what then puts one into a person's queue for every so many
ordinary parts: as a case of its own, for this person alone, with another id, run and blind id, made beside an ordinary
part of the same challenge and like it in all that its rater can see. What is said of it enters no grade, and no figure
but the drift that leads are shown.

Whoever leads is given none: they may read every closed case. Nor is anybody given one of somebody they are close to, or
one whose work they have rated, read, or been asked to.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, RowMapping

from grader.errors import UsageError
from grader.review import rows, rules
from grader.review.assigning import AssignmentPlan, Wish
from grader.review.base import Base, has_work
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Assignment, Case, File, Person
from grader.review.visible import side_by_side
from grader.store.apart_tables import anchor_cases, anchor_seeds, apart, live_rounds
from grader.store.candidates import new_id
from grader.store.case_tables import assignments, case_events, case_heads, case_sources, cases
from grader.store.engine import reading
from grader.store.norming_tables import norming_items, norming_sessions

CHANGED = "Things have changed since this plan was shown; look at it again."
CLOSED = frozenset({"decided", "released"})


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A closed case that was chosen as an anchor."""

    case: str
    run: str
    blind: str
    challenge: str
    challenge_version: str
    given: int
    """To how many people it was given."""


class AnchorsDesk(Base):
    """The part of the desk that chooses anchors and puts them into queues."""

    def choose_anchor(self, actor: Actor, case: str, *, chosen: bool = True) -> None:
        """Makes a closed case an anchor, or ends that it is one: it is then given to nobody else. Raises UsageError
        where a criterion has no settled level, or the work is not on this machine."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "anchor")
            levels = settled(file)
            if chosen and (open_ := [name for name, level in levels.items() if level is None]):
                raise UsageError(f"{', '.join(open_)}: no level was settled; an anchor has one for each criterion.")
            if chosen and not has_work(file.case):
                raise UsageError(f"The work of this case is not on this machine: {file.case.folder} has no evidence.")
            there = delete(anchor_cases).where(anchor_cases.c.case == case)
            known = connection.execute(there).rowcount > 0
            if chosen:
                connection.execute(insert(anchor_cases).values(case=case, at=self.clock()))
            if known != chosen:
                self._note(connection, case, "chosen as an anchor" if chosen else "no longer an anchor", actor)

    def anchors(self, actor: Actor) -> tuple[Anchor, ...]:
        """The anchors, the oldest case first, for leads; without those that are not there for this one."""
        if not rules.leads(actor):
            raise NotAllowedError("Which cases are anchors is a lead's to know.")
        query = select(cases).join(anchor_cases, anchor_cases.c.case == cases.c.id).order_by(cases.c.at, cases.c.id)
        with reading(self.engine) as connection:
            found = [Case(**row) for row in connection.execute(query).mappings()]
            given = Counter(connection.execute(select(anchor_seeds.c.anchor)).scalars())
        return tuple(
            Anchor(case=one.id, given=given[one.id], run=one.run, blind=one.blind, challenge=one.challenge,
                   challenge_version=one.challenge_version)
            for one in found if actor.person is None or not rules.linked(actor.person, one)
        )  # fmt: skip

    def _with_anchors(
        self, connection: Connection, made: AssignmentPlan, wish: Wish, people: Iterable[Person]
    ) -> AssignmentPlan:
        """`made`, with the anchors that are due to the people in it and to those who rate already."""
        if not wish.anchors:
            return made
        table = _Table.of(connection)
        found: list[tuple[str, str]] = []
        lacking: list[str] = []
        for person in sorted(people, key=lambda one: one.name):
            new = [part.case for part in made.parts if part.person == person.id and part.kind != "adjudicator"]
            chosen, short = table.due(connection, person, new, wish)
            found += [(person.id, one) for one in chosen]
            lacking += [person.id] * short
        loads = Counter(made.loads) + Counter(person for person, _ in found)
        return replace(made, anchors=tuple(found), short=tuple(lacking), loads=loads)

    def _give(self, connection: Connection, actor: Actor, person: Person, anchor: str) -> str:
        """Puts an anchor into the person's queue; the id of the case that is made of it."""
        rows.lock(connection, anchor)
        file, beside = rows.read(connection, anchor), _Table.of(connection).beside(person)
        fitting = [row for row in beside if row["challenge_digest"] == file.case.challenge_digest]
        if not fitting:
            raise UsageError(CHANGED)
        sample = secrets.choice(fitting)
        made = self._like(connection, file.case, sample)
        source = select(case_sources).where(case_sources.c.case == anchor)
        asked_like = select(case_sources.c.instruction).where(case_sources.c.case == sample["id"])
        row = {**connection.execute(source).mappings().one(), "case": made.id}
        row["instruction"] = connection.execute(asked_like).scalar_one()
        connection.execute(insert(cases).values(asdict(made)))
        connection.execute(insert(case_sources).values(row))
        connection.execute(insert(anchor_seeds).values(
            case=made.id, anchor=anchor, levels=json.dumps(settled(file)), at=made.at))  # fmt: skip
        part = Assignment(id=self.new_id(), case=made.id, person=person.id, kind=sample["kind"], round=1,
                          state="assigned", version=0, why="", at=made.at)  # fmt: skip
        connection.execute(insert(assignments).values(asdict(part)))
        self._note(connection, made.id, "asked", actor, about=person.id, kind=part.kind)
        self._note(connection, anchor, "given as an anchor", actor, about=person.id)
        return made.id

    def _like(self, connection: Connection, anchor: Case, sample: RowMapping) -> Case:
        """A case of the anchor's work that is called as an ordinary one is."""
        taken = {one.split("-")[0] for one in connection.execute(select(cases.c.blind)).scalars()}
        blind = new_id(taken, len(sample["blind"].split("-")[0])) if sample["blind"] else ""
        run = secrets.token_hex(len(sample["run"]))[: len(sample["run"])]
        return replace(anchor, id=self.new_id(), run=run, blind=blind, state="collecting", round=1, early_why="",
                       minimum=sample["minimum"], bar_raiser=sample["bar_raiser"], at=self.clock())  # fmt: skip


def settled(file: File) -> dict[str, int | None]:
    """Criterion → the level that people's came to; None where none was settled."""
    sides = side_by_side(file, {one.person: "" for one in file.assignments})
    return {one.criterion: one.combined.level for one in sides}


def given_to(connection: Connection) -> dict[tuple[str, str], str]:
    """(anchor, person) → the case that was made of it for them."""
    query = select(anchor_seeds.c.anchor, assignments.c.person, anchor_seeds.c.case).join(
        assignments, assignments.c.case == anchor_seeds.c.case
    )
    return {(row.anchor, row.person): row.case for row in connection.execute(query)}


def take_back(connection: Connection, person: Person) -> None:
    """Anchors of somebody who may have none any more, where they are not in: as if they had never been."""
    query = select(cases.c.id, assignments.c.state, anchor_seeds.c.anchor).select_from(
        anchor_seeds.join(cases, cases.c.id == anchor_seeds.c.case).join(
            assignments, assignments.c.case == cases.c.id
        )
    ).where(assignments.c.person == person.id, assignments.c.state.in_(rules.OPEN))  # fmt: skip
    leads = rules.leads(Actor(person=person))
    gone = [
        row.id for row in connection.execute(query).all()
        if leads or not person.active or rules.linked(person, rows.read(connection, row.anchor).case)
    ]  # fmt: skip
    for table in (case_events, case_heads):
        connection.execute(delete(table).where(table.c.chain.in_(gone)))
    connection.execute(delete(cases).where(cases.c.id.in_(gone)))


@dataclass(frozen=True, kw_only=True)
class _Table:
    """How things stand while anchors are shared out."""

    anchors: Sequence[Case]
    given: Mapping[tuple[str, str], str]
    parts: Sequence[RowMapping]
    """Every part that somebody has, with the columns of its case."""
    apart: Collection[str]

    @classmethod
    def of(cls, connection: Connection) -> _Table:
        chosen = select(cases).join(anchor_cases, anchor_cases.c.case == cases.c.id).order_by(cases.c.at, cases.c.id)
        parts = (
            select(cases, assignments.c.person, assignments.c.kind, assignments.c.state.label("own"))
            .join(assignments, assignments.c.case == cases.c.id)
            .where(cases.c.id.not_in(select(live_rounds.c.case)))
        )
        return cls(
            anchors=[Case(**row) for row in connection.execute(chosen).mappings()],
            given=given_to(connection),
            parts=connection.execute(parts).mappings().all(),
            apart={row.case for row in connection.execute(apart())},
        )

    def beside(self, person: Person) -> list[RowMapping]:
        """The person's ordinary parts that wait for them: what an anchor has to look like."""
        return [row for row in self._rated(person) if row["own"] in rules.OPEN and row["id"] not in self.apart]

    def _rated(self, person: Person) -> list[RowMapping]:
        return [row for row in self.parts if row["person"] == person.id and row["kind"] != "adjudicator"]

    def due(self, connection: Connection, person: Person, new: Sequence[str], wish: Wish) -> tuple[list[str], int]:
        """The anchors that a person is to be given, and how many are due beyond those that there are. `new`: cases that
        they are about to be asked for."""
        if not person.active or rules.leads(Actor(person=person)):
            return [], 0
        own = [row for row in self._rated(person) if row["own"] != "recused"]
        mine = [row for row in own if row["id"] in self.apart]
        waiting = sum(row["own"] in rules.OPEN for row in mine)
        ordinary = len(own) - len(mine) + len(new)
        count = min(ordinary // wish.anchors - len(mine), wish.waiting - waiting)
        digests = {row["challenge_digest"] for row in self.beside(person)} | self._digests(connection, new)
        if count <= 0 or not digests:
            return [], 0
        seen = self._seen(connection, person)
        times = Counter(anchor for anchor, _ in self.given)
        free = [one for one in self.anchors
                if one.challenge_digest in digests and one.state in CLOSED and one.submission_digest not in seen
                and not rules.linked(person, one) and has_work(one)]  # fmt: skip
        by_use = sorted(free, key=lambda one: (times[one.id], sha256(f"{one.id} {person.id}".encode()).digest()))
        chosen: dict[str, str] = {}  # of work that was graded twice, one
        for one in by_use:
            chosen.setdefault(one.submission_digest, one.id)
        return list(chosen.values())[:count], count - min(count, len(chosen))

    def _digests(self, connection: Connection, wanted: Sequence[str]) -> set[str]:
        query = select(cases.c.challenge_digest).where(cases.c.id.in_(wanted))
        return set(connection.execute(query).scalars()) if wanted else set()

    def _seen(self, connection: Connection, person: Person) -> set[str]:
        """Submissions that the person has had to do with: was asked for, has read in any way, or was to norm by."""
        known = {row["submission_digest"] for row in self.parts if row["person"] == person.id}
        normed = select(norming_items.c.case, norming_sessions.c.raters).join(norming_sessions)
        asked = {row.case for row in connection.execute(normed) if person.id in json.loads(row.raters)}
        return known | {
            one.submission_digest for one in self.anchors
            if one.id in asked or any((event.body or {}).get("person") == person.id
                                      for event in rows.events(connection, one.id))
        }  # fmt: skip
