"""Operations that open cases: which runs have one, which wait for one, and the case of a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.engine import RowMapping

from grader.errors import UsageError
from grader.own_files import MACHINE
from grader.review import rows, rules, search
from grader.review.base import Base
from grader.review.problems import NotAllowedError
from grader.review.records import Actor, Case
from grader.store.apart_tables import apart, live_rounds
from grader.store.case_tables import case_sources, cases
from grader.store.engine import reading, writing
from grader.store.folder import read_result
from grader.store.tables import runs
from grader.stored import load_json


@dataclass(frozen=True, kw_only=True)
class Unopened:
    """A graded run without a case."""

    run: str
    challenge: str
    version: str


class OpeningDesk(Base):
    """The part of the desk that opens cases."""

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
            found = connection.execute(select(cases).where(_same_case(row), deciding_cases())).mappings().first()
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
            which = and_(_same_case(row), deciding_cases()) if row else cases.c.run == run
            found = connection.execute(select(cases).where(which)).mappings().first()
        return Case(**found) if found else None

    def run_apart(self, wanted: str) -> str:
        """What stands for a run in a case of a person's queue that is no run's own, by that or its blind id; else
        empty."""
        named = or_(cases.c.run == wanted, and_(cases.c.blind != "", func.upper(cases.c.blind) == wanted.upper()))
        with reading(self.engine) as connection:
            held = cases.c.id.in_(select(live_rounds.c.case))
            return connection.execute(select(cases.c.run).where(named, ~deciding_cases(), ~held)).scalar() or ""

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

    def find_all_by_words(self) -> int:
        """Keeps the words of the cases that an older grader opened; how many. Can be stopped and done again."""
        with reading(self.engine) as connection:
            wanted = search.unkept(connection)
        for case in wanted:
            with writing(self.engine) as connection:
                self._find_by_words(connection, case)
        return len(wanted)


def deciding_cases() -> ColumnElement[bool]:
    """Cases by which something is decided about somebody."""
    return cases.c.id.not_in(apart())


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
