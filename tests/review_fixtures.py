"""Graded submissions in a store and on the disk, and people at a desk, for the tests of reviews."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from grader.ratings.sheet import Said, Sheet
from grader.records import Grade, VerifierResult
from grader.report import write as output
from grader.result import evidence
from grader.review.desk import Desk
from grader.review.records import Actor, Case, Kind, Person, Role
from grader.store.folder import read_result
from grader.store.store import About, Store
from grader.submission import make_submission
from tests import report_fixtures as graded

CRITERIA = tuple(criterion.id for criterion in graded.rubric().criteria)
QUOTE = "notes.md:1"
OPERATOR = Actor(how="command", user="ops")


def result(out: Path, *, number: int = 1, grade: Grade | None = None, review: Mapping[str, Any] | None = None) -> Path:
    """The output folder of a grading whose six criteria are open; `number` makes it another submission's. `review`:
    what the challenge asks for."""
    if grade is not None:
        return _write(out, number, grade, review or {})
    shutil.copytree(_usual(number, json.dumps(review or {})), out, dirs_exist_ok=True)
    return out


@cache
def _usual(number: int, review: str) -> Path:
    """A result that is written once, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="grader-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _write(folder / "result", number, graded.needs_review(), json.loads(review))


def _write(out: Path, number: int, made: Grade, review: Mapping[str, Any]) -> Path:
    notes = f"# Notes\nMeasured on 40 held-out tickets: 36 right.\nAnn <ann@mail.org>\n\nAttempt {number}.\n"
    work = make_submission({**graded.submission().files, "notes.md": notes.encode()})
    made = replace(
        made,
        challenge={"id": "rag-triage", "version": "1.0.0", "digest": "sha256:" + "c" * 64},
        submission={**made.submission, "digest": work.digest},
        provenance={**made.provenance, "run": f"run{number:04}", "seed": number, "grader_version": "1.0.0",
                    "started_at": "2026-03-01T10:00:00+00:00"},
    )  # fmt: skip
    tests = made.objective.tests if made.objective else ()
    seen = VerifierResult(expected=tuple(test.id for test in tests), tests=tests)
    evidence.save(out, graded.challenge(review=review), work, seen)
    output.write_pages(out, made, graded.challenge(), work, output.Pages())
    output.write_grade(out, made)
    return out


def keep(store: Store, out: Path, *, candidate: str = "Cara Doe", blind: str = "ABC234") -> str:
    """Records the result in a store; its run's id."""
    data = read_result(out)
    store.record(data, About(folder=str(out.absolute()), candidate=candidate, blind=blind, who="eva"))
    return str(data["provenance"]["run"])


def sheet(*levels: int | None, **more: Any) -> Sheet:
    """Levels of the criteria in order (the rest as the last one given); None cannot be judged."""
    given = [levels[min(at, len(levels) - 1)] for at in range(len(CRITERIA))]
    said = tuple(
        Said(criterion=name, level=level, cannot_judge="" if level else "no document on it",
             evidence=(QUOTE,) if level in {1, 5} else (), note="so it is")
        for name, level in zip(CRITERIA, given, strict=True)
    )  # fmt: skip
    return Sheet(said=said, **{"lean": "yes", "rationale": "in all", **more})


@dataclass
class Panel:
    """A desk with people by name, and one case."""

    desk: Desk
    case: Case
    people: dict[str, Person]

    def actor(self, name: str) -> Actor:
        return Actor(person=self.people[name], how="page") if name else OPERATOR

    def ask(self, name: str, kind: Kind = "assessor") -> None:
        self.desk.assign(self.actor("lea"), self.case.id, self.people[name], kind)

    def hand_in(self, name: str, *levels: int | None, **more: Any) -> None:
        own = self.desk.view(self.actor(name), self.case.id).own
        assert own is not None
        self.desk.submit(self.actor(name), self.case.id, sheet(*levels, **more), version=own.assignment.version)


PEOPLE: dict[str, tuple[Role, ...]] = {
    "ann": ("reviewer",), "ben": ("reviewer",), "cem": ("reviewer",), "dee": ("reviewer",),
    "bar": ("reviewer", "bar_raiser"), "lea": ("lead",), "adm": ("admin",), "both": ("reviewer", "lead"),
}  # fmt: skip


def panel(store: Store, folder: Path, *, number: int = 1, review: Mapping[str, Any] | None = None, **how: Any) -> Panel:
    """A case with nobody asked yet, and everybody in PEOPLE; ids are the same in each store that is made so."""
    numbers = count(1)
    desk = Desk(store.engine, clock=lambda: "2026-03-02T10:00:00Z",
                new_id=lambda: sha256(str(next(numbers)).encode()).hexdigest()[:32])  # fmt: skip
    run = keep(store, result(folder / f"result{number}", number=number, review=review))
    teams = {"bar": "platform", "ann": "search", "ben": "search"}
    people = {name: desk.add_person(OPERATOR, name, roles=roles, team=teams.get(name, ""))
              for name, roles in PEOPLE.items()}  # fmt: skip
    case = desk.open_case(OPERATOR, run, instruction="# Do it", **how)
    return Panel(desk=desk, case=case, people=people)
