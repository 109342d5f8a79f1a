"""What all operations of the desk share: the store, the clock, the lock on a case, the event that each leaves."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection, Engine

from grader.errors import UsageError
from grader.ratings.places import Work
from grader.review import rows, rules, search
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, Assessment, Case, File
from grader.store.case_tables import cases
from grader.store.engine import joined, writing
from grader.store.store import now

REFUSALS = {
    "save": "This assessment can no longer be changed.",
    "submit": "This assessment is in already, or closed.",
    "withdraw": "Only what is handed in and not revealed can be taken back, by its author.",
    "recuse": "Only an assessment that is not handed in yet can be recused from.",
    "amend": "Only an assessment that has been revealed is amended.",
    "assign": "People are asked by a lead who does not rate this case; a decided one is opened again first.",
    "reveal": "A reveal is a lead's who does not rate this case, once.",
    "adjudicate": "A criterion is settled after the reveal and before the decision, by somebody who did not rate it: "
    "an adjudicator or a lead.",
    "respond": "Agreement and dissent are for those who rated the case, after the reveal.",
    "decide": "A decision is a lead's, and comes after the reveal.",
    "reopen": "A case is opened again by a lead, after the reveal.",
    "letter": "The letter is a lead's, once it is decided.",
    "anchor": "An anchor is a case that is decided, and a lead's to choose.",
    "break_glass": "Only an admin who does not rate the case, before the reveal, and with a reason.",
}


@dataclass
class Base:
    """An open desk over a store. Safe for threads: each operation is one transaction."""

    engine: Engine
    clock: Callable[[], str] = now
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    """Random, so that an id says neither how many there are nor when it was made."""
    names: bool = False
    """Whether assessors see each other's names after the reveal."""

    @contextlib.contextmanager
    def _locked(self, wanted: str) -> Iterator[tuple[Connection, File]]:
        """One transaction in which nobody else changes this case. Raises NotFoundError."""
        with writing(self.engine) as connection:
            rows.lock(connection, wanted)
            yield connection, rows.read(connection, wanted)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is done inside is kept as one, or not at all where one of it is refused. Not to be held while somebody
        is asked something."""
        with joined(self.engine):
            yield

    @contextlib.contextmanager
    def tried(self) -> Iterator[None]:
        """What is done inside is refused where it would be, and not kept."""
        with joined(self.engine) as connection:
            yield
            connection.rollback()

    def _demand(self, actor: Actor, file: File, action: str) -> None:
        if not rules.known_to(actor, file):
            raise NotFoundError(file.case.id)
        if action not in rules.may(actor, file):
            raise NotAllowedError(REFUSALS[action])

    def _note(self, connection: Connection, chain: str, what: str, actor: Actor, **data: Any) -> None:
        """Adds the event of an operation: who, how, and what belongs to it."""
        who = {"who": actor.name, "person": actor.person.id if actor.person else "", "how": actor.how}
        rows.add_event(connection, chain, what, self.clock(), {**who, **data, "salt": secrets.token_hex(16)})

    def _note_version(self, connection: Connection, case: str, what: str, actor: Actor, version: Assessment) -> None:
        """As `_note`, of an assessment that is in: the chain holds what its words and levels are."""
        content = rows.content_of(connection, version.assignment, version.version)
        self._note(connection, case, what, actor, version=version.version, of=version.assignment, content=content)

    def _find_by_words(self, connection: Connection, case: str) -> None:
        """What a case says now is what it is found by. In the transaction that changed it."""
        search.keep(connection, rows.read(connection, case))

    def _set(self, connection: Connection, case: Case, **values: Any) -> None:
        connection.execute(update(cases).where(cases.c.id == case.id).values(**values))

    def log(self, actor: Actor, what: str, data: Mapping[str, Any] | None = None, *, case: str = "") -> None:
        """An event of somebody else's doing, such as signing in: in the chain of `case`, else of people."""
        with writing(self.engine) as connection:
            if case:
                rows.lock(connection, case)
            else:
                rows.lock_people(connection)
            self._note(connection, case or rows.PEOPLE, what, actor, **(data or {}))


def work_of(case: Case) -> Work:
    """The text of the submission under review. Raises UsageError where it is not on this machine."""
    return Work.of(files_of(case))


def files_of(case: Case) -> Mapping[str, bytes]:
    """The files of the submission under review. Raises UsageError where they are not on this machine, or are not those
    that were graded."""
    from grader.result import evidence

    if not has_work(case):
        raise UsageError(f"The work of this case is not on this machine: {case.folder} has no evidence.")
    found = evidence.load_submission(Path(case.folder))
    if found.digest != case.submission_digest:
        raise UsageError(
            f"The evidence in {case.folder} holds another submission than the one of this case.",
            fix="put the folder back as it was when the grading ended",
        )
    return found.files


def has_work(case: Case) -> bool:
    """Whether the submission under review is on this machine."""
    from grader.result import evidence

    return (Path(case.folder) / evidence.FOLDER / "submission.zip").is_file()


def said(text: str, what: str) -> str:
    """`text` without blanks around it. Raises UsageError where nothing is left."""
    if not text.strip():
        raise UsageError(f"{what} takes a reason; say why.")
    return text.strip()
