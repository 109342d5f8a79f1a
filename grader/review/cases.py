"""Operations that open and read cases: one, a person's own, all of them, and what happened in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select
from sqlalchemy.engine import Connection, RowMapping

from grader.errors import UsageError
from grader.own_files import MACHINE
from grader.review import rows, rules, search
from grader.review.base import Base, said
from grader.review.blinded import Material, material_of, source_of
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, Assignment, Case, Event, Kind, Person, Stage, State
from grader.review.visible import View, visible
from grader.store.apart_tables import apart, live_rounds
from grader.store.case_tables import assignments, case_sources, cases, people
from grader.store.engine import reading, writing
from grader.store.folder import read_result
from grader.store.tables import runs
from grader.stored import load_json

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
class Unopened:
    """A graded run without a case."""

    run: str
    challenge: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of cases, and where the next one begins; empty on the last."""

    rows: tuple[CaseRow, ...]
    after: str


class CasesDesk(Base):
    """The part of the desk that opens cases and shows them."""

    def open_case(
        self, actor: Actor, run: str, *, instruction: str = "", minimum: int = 2, bar_raiser: bool = False
    ) -> Case:
        """The case of a run that is in the store; made where there is none for its submission, challenge and candidate.
        `minimum` and `bar_raiser` are what a lead asks for; what the challenge asks for beyond that stands. Raises
        UsageError for a run that is not there, has no grade, or whose evidence is not on this machine,
        NotAllowedError for an actor who leads nothing."""
        if not rules.leads(actor):
            raise NotAllowedError("A case is opened by a lead.")
        if minimum < 2:
            raise UsageError("A reveal takes at least two independent assessments.")
        from grader.result import evidence

        with writing(self.engine) as connection:
            rows.lock_people(connection)
            row = connection.execute(select(runs).where(runs.c.run == run)).mappings().first()
            if row is None or row["status"] != "graded":
                raise UsageError(f"Run {run} has no grade to review.", fix="grade history")
            found = connection.execute(select(cases).where(_same_case(row), _real())).mappings().first()
            if found is not None:
                return Case(**found)
            asked = evidence.load_challenge(Path(row["folder"])).review
            case = self._new_case(row, minimum=max(minimum, asked.assessors), bar_raiser=bar_raiser or asked.bar_raiser)
            connection.execute(insert(cases).values(asdict(case)))
            connection.execute(insert(case_sources).values(case=case.id, **_source(Path(row["folder"]), instruction)))
            self._note(connection, case.id, "opened", actor, run=run)
            self._find_by_words(connection, case.id)
        return case

    def _new_case(self, run: RowMapping, *, minimum: int, bar_raiser: bool) -> Case:
        same = {name: run[name] for name in ("run", "challenge_version", "challenge_digest", "submission_digest",
                                             "candidate", "blind", "folder")}  # fmt: skip
        return Case(**same, id=self.new_id(), challenge=run["challenge_id"], state="collecting", round=1,
                    minimum=minimum, bar_raiser=bar_raiser, early_why="", at=self.clock())  # fmt: skip

    def case_of(self, run: str) -> Case | None:
        """The case of a run in the store, or of another run of the same submission; None where there is none."""
        with reading(self.engine) as connection:
            row = connection.execute(select(runs).where(runs.c.run == run)).mappings().first()
            which = and_(_same_case(row), _real()) if row else cases.c.run == run
            found = connection.execute(select(cases).where(which)).mappings().first()
        return Case(**found) if found else None

    def run_apart(self, wanted: str) -> str:
        """What stands for a run in a case of a person's queue that is no run's own, by that or its blind id; else
        empty."""
        named = or_(cases.c.run == wanted, and_(cases.c.blind != "", func.upper(cases.c.blind) == wanted.upper()))
        with reading(self.engine) as connection:
            held = cases.c.id.in_(select(live_rounds.c.case))
            return connection.execute(select(cases.c.run).where(named, ~_real(), ~held)).scalar() or ""

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

    def find_all_by_words(self) -> int:
        """Keeps the words of the cases that an older grader opened; how many. Can be stopped and done again."""
        with reading(self.engine) as connection:
            wanted = search.unkept(connection)
        for case in wanted:
            with writing(self.engine) as connection:
                self._find_by_words(connection, case)
        return len(wanted)

    def unopened(self, actor: Actor) -> tuple[Unopened, ...]:
        """Graded runs that no case is opened for yet, the oldest first, for a lead. Those of somebody whom the lead is
        linked to are not there."""
        if not rules.leads(actor):
            raise NotAllowedError("What is graded is a lead's to open.")
        columns = ("run", "challenge_id", "challenge_version", "submission_digest", "candidate", "blind")
        same = [cases.c[name] == runs.c[name] for name in ("submission_digest", "challenge_digest", "candidate")]
        query = select(*(runs.c[name] for name in columns)).where(runs.c.status == "graded", runs.c.folder != "")
        query = query.where(~exists(select(cases.c.id).where(or_(cases.c.run == runs.c.run, and_(*same)))))
        with reading(self.engine) as connection:
            found = connection.execute(query.order_by(runs.c.started_at, runs.c.run)).all()
        first = {(row.submission_digest, row.challenge_id, row.candidate): row for row in reversed(found)}
        return tuple(
            Unopened(run=row.run, challenge=row.challenge_id, version=row.challenge_version)
            for row in reversed(first.values())
            if actor.person is None or not rules.linked(actor.person, cast("Case", row))  # named as a case names them
        )

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
        query = select(cases.c.challenge).where(_real()).distinct()
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


def _real() -> ColumnElement[bool]:
    """Cases by which something is decided about somebody."""
    return cases.c.id.not_in(apart())


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


def _same_case(run: RowMapping) -> Any:
    names = ("submission_digest", "challenge_digest", "candidate")
    return or_(cases.c.run == run["run"], and_(*(cases.c[name] == run[name] for name in names)))


def _source(folder: Path, instruction: str) -> dict[str, str]:
    from grader.result import evidence

    machine = folder / MACHINE
    grade = load_json(machine) if machine.is_file() else read_result(folder)
    challenge = load_json(folder / evidence.FOLDER / "challenge.json")
    return {"challenge": _json(challenge), "instruction": instruction, "machine": _json(grade)}


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False).replace("\\u0000", "\\\\x00")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


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
    query = select(cases).where(_real())
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
