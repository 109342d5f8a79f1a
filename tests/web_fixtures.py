"""A store with people and cases for the tests of the pages, and a browser without a browser: Flask's client, which
takes the token out of each form as a browser would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.challenge import Challenge
from grader.records import CriterionResult, Grade, Submission, VerifierResult
from grader.report.write import write_grade
from grader.result import evidence
from grader.review.desk import Desk
from grader.review.records import Actor, Case, Person, Role
from grader.store import open_store
from grader.store.folder import evidence_digest, read_result
from grader.store.store import About, Store, moment
from grader.submission import make_submission
from grader.web import accounts
from grader.web.accounts import Accounts
from grader.web.app import build
from grader.web.config import Config
from tests import report_fixtures as saved
from tests import works

CHALLENGES = Path(__file__).parent.parent / "challenges"
PASSWORD = "four words nobody says"
HASHER = accounts._hasher
"""The product's: half a second of the processor for each password. Nobody guesses at those of the tests, which sign in
some hundred times."""
accounts._hasher = cache(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
OPERATOR = Actor(user="root", how="command")
BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def later(self, **what: float) -> None:
        self.now += timedelta(**what)


@dataclass
class House:
    """A store with its server; people by name, cases by blind id."""

    store: Store
    folder: Path
    url: str
    watch: Watch = field(default_factory=Watch)
    people: dict[str, Person] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    norming: dict[str, str] = field(default_factory=dict)
    """Addresses of norming sessions, by what they are for."""

    def __post_init__(self) -> None:
        self.desk = Desk(self.store.engine, clock=lambda: moment(self.watch()))
        self.accounts = Accounts(engine=self.store.engine, clock=self.watch)
        self._app: Flask | None = None

    @property
    def app(self) -> Flask:
        if self._app is None:
            self._app = build(Config(store=self.url, **self.config), store=self.store, clock=self.watch)
        return self._app

    def person(self, name: str, *roles: Role, team: str = "", candidates: tuple[str, ...] = ()) -> Person:
        """Somebody who can sign in with their name in lower case and `PASSWORD`."""
        made = self.desk.add_person(OPERATOR, name, roles=roles or ("reviewer",), team=team, candidates=candidates)
        self.accounts.accept(self.accounts.invite(made.id, by="test"), name, PASSWORD)
        self.people[name] = made
        return made

    def case(self, blind: str, *raters: str, bar_raiser: bool = False, submission: Submission | None = None,
             challenge: Challenge | None = None, claims: Mapping[str, Any] | None = None) -> Case:  # fmt: skip
        """A graded submission, its case, and the people asked to rate it."""
        number = len(self.cases)
        out = self.folder / f"out-{number}"
        work = submission or changed(saved.submission(), number)
        grade(out, challenge or saved.challenge(), work, run=f"run-{number}")
        if claims:
            data = json.loads((out / "grade.json").read_text("utf-8"))
            (out / "grade.json").write_text(json.dumps({**data, "claims": claims}), "utf-8")
        kept = About(folder=str(out), evidence=evidence_digest(out), candidate=f"Person {blind}", blind=blind)
        self.store.record(read_result(out), kept)
        text = (CHALLENGES / (challenge.id if challenge else "rag-triage") / "instruction.md").read_text("utf-8")
        made = self.desk.open_case(OPERATOR, f"run-{number}", instruction=text, bar_raiser=bar_raiser)
        self.cases[blind] = made
        for name in raters:
            person = self.people[name]
            kind = "bar_raiser" if "bar_raiser" in person.roles and bar_raiser else "assessor"
            self.desk.assign(OPERATOR, made.id, person, kind)
        return made

    def visitor(self, name: str = "") -> Visitor:
        """A browser, signed in where a name is given."""
        browser = Visitor(self.app.test_client())
        if name:
            browser.sign_in(name)
        return browser


class Visitor:
    """A browser that fills in forms: their hidden fields are sent as they came."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        answer = self.client.get(path, **more)
        self._note(answer)
        return answer

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token, **(data or {})}, **more)
        self._note(answer)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password})
        self.get("/")
        return answer

    def _note(self, answer: TestResponse) -> None:
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token


def house(folder: Path, url: str = "", **config: Any) -> House:
    folder.mkdir(parents=True, exist_ok=True)
    url = url or f"sqlite:///{folder / 'grader.db'}"
    return House(store=open_store(url), folder=folder, url=url, config=config)


def changed(submission: Submission, number: int) -> Submission:
    """Another submission: one file more."""
    files = {**submission.files, "NOTES.md": f"# Notes\n\nAttempt {number}.\n".encode()}
    return make_submission(files, left_out=submission.left_out, source=submission.source)


@cache
def shipped(challenge: str, name: str) -> tuple[Challenge, Submission]:
    """A challenge of ours and one of its submissions (`accepted/relations`)."""
    return works.pack(CHALLENGES / challenge), works.read(CHALLENGES / challenge, name)


def grade(out: Path, challenge: Challenge, work: Submission, *, run: str) -> Grade:
    """A finished run in `out`, as `grade` leaves it; every criterion is open, as it is without a judge."""
    tests = saved.tests()
    open_ = tuple(
        CriterionResult(id=one.id, competency=one.competency, weight=one.weight, level=None, max_level=one.max_level,
                        source="none", accepted=False, reason="no judge configured")
        for one in challenge.rubric.criteria
    )  # fmt: skip
    made = saved.combine(
        tests, open_, challenge, submission={"digest": work.digest, "files": len(work.files), "bytes": work.bytes},
        provenance={**saved.provenance(), "run": run, "seed": 2**62},
    )  # fmt: skip
    evidence.save(out, challenge, work, VerifierResult(expected=tuple(test.id for test in tests), tests=tests))
    write_grade(out, made)
    return made


def levels(case: Case, level: int | Mapping[str, int] = 3, **more: str) -> dict[str, str]:
    """The rating form filled in, with evidence where a level needs it."""
    del case
    found: dict[str, str] = {"version": "0", **more}
    for criterion in saved.rubric().criteria:
        chosen = level if isinstance(level, int) else level.get(criterion.id, 3)
        found[f"{criterion.id}:level"] = str(chosen)
        found[f"{criterion.id}:note"] = f"Level {chosen}, because of what the document says."
        if chosen in {1, criterion.max_level}:
            found[f"{criterion.id}:evidence"] = "DECISIONS.md:12"
    return found
