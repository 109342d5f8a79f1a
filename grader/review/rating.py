"""Operations of a person who rates: save, hand in, take back, step aside, amend. Each writes only their own words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.engine import Connection

from grader.challenge.rubric import Criterion
from grader.ratings import sheet as sheets
from grader.ratings.places import Work
from grader.ratings.sheet import Sheet, complete, gaps
from grader.review.base import Base, said, work_of
from grader.review.problems import ConflictError, IncompleteError, NotAllowedError, NotFoundError
from grader.review.records import Actor, Assessment, Assignment, File
from grader.store.case_tables import assessments, assignments

KEPT_DRAFTS = 20
"""Newest versions among which drafts are kept: a draft is saved on each change, hundreds in an hour of rating. What was
handed in, and what was added after the reveal, is kept for good."""


class RatingDesk(Base):
    """The part of the desk at which one person rates."""

    def save(self, actor: Actor, case: str, sheet: Sheet, *, version: int) -> Assessment:
        """Keeps a draft, whatever is in it. `version` is the one that it was written on. Raises ConflictError, with
        both texts, where a newer one is there."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "save")
            own = self._own(actor, file)
            saved = self._add(connection, file, own, sheet, version, "draft")
            self._move(connection, own, state="draft", version=saved.version)
            if own.state == "assigned":
                self._note(connection, case, "began", actor)
        return saved

    def submit(self, actor: Actor, case: str, sheet: Sheet, *, version: int, work: Work | None = None) -> Assessment:
        """Hands an assessment in. What is incomplete is saved as a draft, and IncompleteError says what is missing.
        Handing in the same again changes nothing. Raises ConflictError as `save` does.

        `work` is the text that the person was shown, where it is not the submission's own."""
        with self._locked(case) as (connection, file):
            if done := _sent_already(actor, file, sheet, version):
                return done
            self._demand(actor, file, "submit")
            own = self._own(actor, file)
            criteria, text = criteria_of(file), work or work_of(file.case)
            missing = gaps(sheet, criteria, text)
            kept = sheet if missing else complete(sheet, criteria, text)
            saved = self._add(connection, file, own, kept, version, "draft" if missing else "submitted")
            self._move(connection, own, state="draft" if missing else "submitted", version=saved.version)
            if not missing:
                self._note_version(connection, case, "handed in", actor, saved)
        if missing:
            raise IncompleteError(missing)
        return saved

    def withdraw(self, actor: Actor, case: str) -> Assessment:
        """Takes an assessment back into a draft, while nobody else could have seen it."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "withdraw")
            own = self._own(actor, file)
            latest = file.versions(own)[-1]
            saved = self._add(connection, file, own, latest.sheet, own.version, "draft")
            self._move(connection, own, state="draft", version=saved.version)
            self._note(connection, case, "withdrawn", actor)
        return saved

    def recuse(self, actor: Actor, case: str, why: str) -> None:
        """Steps aside for a reason; somebody else is to be asked."""
        reason = said(why, "Stepping aside")
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "recuse")
            self._move(connection, self._own(actor, file), state="recused", why=reason)
            self._note(connection, case, "recused", actor, why=reason)

    def amend(self, actor: Actor, case: str, sheet: Sheet, *, version: int) -> Assessment:
        """Adds what a person now thinks, after seeing the others: marked informed and never counted. What they handed
        in before stays as it was."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "amend")
            own = self._own(actor, file)
            text = work_of(file.case)
            if missing := gaps(sheet, criteria_of(file), text):
                raise IncompleteError(missing)
            kept = complete(sheet, criteria_of(file), text)
            saved = self._add(connection, file, own, kept, version, "informed")
            self._move(connection, own, version=saved.version)
            self._note_version(connection, case, "amended", actor, saved)
            self._find_by_words(connection, case)
        return saved

    def _own(self, actor: Actor, file: File) -> Assignment:
        own = file.of(actor.person)
        if own is None:
            raise NotFoundError(file.case.id)
        return own

    def _add(
        self, connection: Connection, file: File, own: Assignment, sheet: Sheet, version: int, kind: str
    ) -> Assessment:
        if version != own.version:
            if not own.version:
                raise NotAllowedError("Nothing was written yet; save on version 0.")
            latest = file.versions(own)[-1]
            if not same(latest.sheet, sheet):  # a draft that was saved while the same words were being handed in
                raise ConflictError(latest, sheet)
        made = Assessment(assignment=own.id, version=own.version + 1, kind=kind, sheet=sheet, at=self.clock())  # type: ignore[arg-type]
        body = json.dumps(sheets.to_data(sheet), ensure_ascii=False)
        row = {"assignment": own.id, "version": made.version, "kind": kind, "body": body, "at": made.at}
        connection.execute(insert(assessments).values(row))
        _thin(connection, own, made.version)
        return made

    def _move(self, connection: Connection, own: Assignment, **values: object) -> None:
        connection.execute(update(assignments).where(assignments.c.id == own.id).values(**values))


def _thin(connection: Connection, own: Assignment, version: int) -> None:
    """Takes away the drafts that lie further back than `KEPT_DRAFTS` versions."""
    old = assessments.c.version <= version - KEPT_DRAFTS
    drafts = (assessments.c.assignment == own.id, assessments.c.kind == "draft")
    connection.execute(delete(assessments).where(*drafts, old))


def criteria_of(file: File) -> Sequence[Criterion]:
    """The criteria as they were when the submission was graded."""
    return criteria_in(file.source.challenge["rubric"])


def criteria_in(rubric: Mapping[str, Any]) -> Sequence[Criterion]:
    """The criteria of a rubric as a View holds it."""
    return tuple(Criterion.model_validate_json(json.dumps(one)) for one in rubric["criteria"])


def _sent_already(actor: Actor, file: File, sheet: Sheet, version: int) -> Assessment | None:
    """What the same form made when it was sent before."""
    own = file.of(actor.person)
    done = file.independent(own) if own is not None and own.state == "submitted" else None
    return done if done is not None and done.version == version + 1 and same(done.sheet, sheet) else None


def same(before: Sheet, now: Sheet) -> bool:
    """Whether two sheets say the same, apart from what was looked up when the first was handed in."""

    def plain(sheet: Sheet) -> Sheet:
        said_ = sorted((replace(one, found=()) for one in sheet.said), key=lambda one: one.criterion)
        return replace(sheet, said=tuple(said_))

    return plain(before) == plain(now)
