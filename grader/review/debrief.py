"""Operations on a whole case: ask people, reveal, adjudicate, agree or dissent, decide, open again, release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from grader.challenge import Challenge
from grader.errors import UsageError, visible
from grader.ratings.sheet import Said
from grader.records import Grade
from grader.report import render_feedback
from grader.review import following, letter, result, rows, rules
from grader.review.anchoring import given_to
from grader.review.base import Base, said
from grader.review.grade import challenge_of, closed_grade
from grader.review.problems import NotAllowedError, NotFoundError, NotReadyError
from grader.review.records import (
    OUTCOMES,
    Actor,
    Assignment,
    Decision,
    DecisionOutcome,
    File,
    Kind,
    Letter,
    Person,
    Response,
)
from grader.review.visible import criterion_ids, side_by_side
from grader.review.visible import visible as view_of
from grader.store.case_tables import adjudications, assignments, decisions, letters, responses
from grader.store.engine import reading
from grader.store.tables import ratings

BUSY = "{} has to do with this case already; ask somebody else."


class DebriefDesk(Base):
    """The part of the desk at which a case is led."""

    def assign(self, actor: Actor, case: str, person: Person, kind: Kind = "assessor") -> Assignment:
        """Asks somebody to look at a case. Raises NotAllowedError for somebody who has to do with it already, is linked
        to its candidate, or may not have that part."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "assign")
            return self._ask(connection, file, actor, person, kind, file.case.round)

    def _ask(
        self, connection: Connection, file: File, actor: Actor, person: Person, kind: Kind, number: int
    ) -> Assignment:
        _suitable(file, person, kind)
        if (file.case.id, person.id) in given_to(connection):
            raise NotAllowedError(BUSY.format(visible(person.name, 80)))
        made = Assignment(id=self.new_id(), case=file.case.id, person=person.id, kind=kind, round=number,
                          state="assigned", version=0, why="", at=self.clock())  # fmt: skip
        connection.execute(insert(assignments).values(asdict(made)))
        self._note(connection, file.case.id, "asked", actor, about=person.id, kind=kind)
        return made

    def reveal(self, actor: Actor, case: str, *, early: bool = False, why: str = "") -> None:
        """Opens all assessments to all at once. `early` closes what is outstanding as late, for a reason that everybody
        sees. Raises NotReadyError. The count is taken in the transaction that reveals."""
        reason = said(why, "Closing early") if early else ""
        with self._locked(case) as (connection, file):
            if file.case.state == "collecting" or "reopen" not in rules.may(actor, file):
                self._open_to_all(connection, file, actor, early=early, why=reason)
            elif any(one.state == "submitted" for one in file.assignments):  # a third, who came in since
                self._note(connection, case, "revealed", actor, early=False, why="")
            self._seal(connection, file, actor)
            self._find_by_words(connection, case)
        self.publish(case)
        if file.judged:
            following.follow(self.engine, file, self.clock())

    def _open_to_all(self, connection: Connection, file: File, actor: Actor, *, early: bool, why: str) -> None:
        self._demand(actor, file, "reveal")
        if missing := rules.missing(file, early=early):
            raise NotReadyError(missing, file.case.minimum)
        late = [one for one in file.assignments if one.state in rules.OPEN and one.kind != "adjudicator"]
        for one in late:
            self._to(connection, one, state="late", why=why)
        self._set(connection, file.case, state="debrief", early_why=why if late else "")
        self._note(connection, file.case.id, "revealed", actor, early=bool(late), why=why if late else "")

    def _seal(self, connection: Connection, file: File, actor: Actor) -> None:
        """From here on others may see it. What counts of it becomes a rating, which a judge is measured against."""
        for one in file.assignments:
            counted = file.independent(one)
            if one.state == "submitted" and counted is not None:
                self._to(connection, one, state="sealed")
                rated = [given for given in counted.sheet.said if given.level is not None]
                if rated:
                    connection.execute(insert(ratings), [self._rating(file, one, level, actor) for level in rated])

    def _rating(self, file: File, one: Assignment, given: Said, actor: Actor) -> dict[str, object]:
        return {
            "submission_digest": file.case.submission_digest,
            "challenge_digest": file.case.challenge_digest,
            "criterion": given.criterion,
            "rater": file.people[one.person].name,
            "level": given.level,
            "who": actor.name,
            "why": "an independent assessment, revealed",
            "at": self.clock(),
        }

    def publish(self, case: str) -> Path | None:
        """Writes the case's result folder again, where it is on this machine. Every operation that changes what people
        have said does so itself; it can be repeated at any time."""
        with reading(self.engine) as connection:
            return result.publish(rows.read(connection, case))

    def _to(self, connection: Connection, one: Assignment, **values: object) -> None:
        connection.execute(update(assignments).where(assignments.c.id == one.id).values(**values))

    def adjudicate(
        self, actor: Actor, case: str, criterion: str, level: int | None, why: str, *, by: Person | None = None,
        for_candidate: str = "",
    ) -> None:  # fmt: skip
        """Settles a criterion after the reveal; without a level, that it cannot be judged. `by` is who says so, where
        it is not the actor."""
        reason = said(why, "Settling a criterion")
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "adjudicate")
            who = _named(actor, by, file)
            _check_level(file, criterion, level)
            row = {"case": case, "person": who.id, "criterion": criterion, "level": level, "why": reason,
                   "for_candidate": for_candidate, "at": self.clock()}  # fmt: skip
            connection.execute(insert(adjudications).values(row))
            self._note(connection, case, "adjudicated", actor, criterion=criterion, by=who.id)
            self._find_by_words(connection, case)
        self.publish(case)

    def respond(self, actor: Actor, case: str, *, agrees: bool, words: str = "") -> Response:
        """Agreement or dissent with the outcome, in a person's own words; the latest stands. Dissent takes a reason."""
        reason = words.strip() if agrees else said(words, "Dissent")
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "respond")
            who = _named(actor, None, file)
            made = Response(person=who.id, agrees=agrees, words=reason, at=self.clock())
            connection.execute(insert(responses).values(case=case, **asdict(made)))
            self._note(connection, case, "agreed" if agrees else "dissented", actor)
            self._find_by_words(connection, case)
        return made

    def decide(
        self, actor: Actor, case: str, outcome: DecisionOutcome, why: str, *, by: Person | None = None
    ) -> Decision:
        """Advance, decline or more, by a named lead, with a reason. Advance and decline take that no criterion is left
        open between people. Raises NotAllowedError."""
        reason = said(why, "A decision")
        if outcome not in OUTCOMES:
            raise UsageError(f"A decision is {', '.join(OUTCOMES)}; not {visible(str(outcome), 40)!r}.")
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "decide")
            who = _named(actor, by, file)
            if outcome != "more":
                _settled(file)
            self._close(connection, file)
            advice = closed_grade(file).recommendation
            against = outcome != "more" and advice != "needs_review" and outcome != advice
            made = Decision(person=who.id, round=file.case.round, outcome=outcome, why=reason, recommendation=advice,
                            against=against, at=self.clock())  # fmt: skip
            connection.execute(insert(decisions).values(case=case, **asdict(made)))
            self._set(connection, file.case, state="decided")
            self._note(connection, case, "decided", actor, outcome=outcome, by=who.id, against=against)
            self._find_by_words(connection, case)
        self.publish(case)
        return made

    def _close(self, connection: Connection, file: File) -> None:
        """Whoever was asked since the reveal and has not begun to hand in is not waited for. Raises NotAllowedError
        where an assessment is in that nobody has been shown."""
        if any(one.state == "submitted" for one in file.assignments):
            raise NotAllowedError("An assessment has come in since the reveal; reveal it first.")
        for one in file.assignments:
            if one.state in rules.OPEN and one.kind != "adjudicator":
                self._to(connection, one, state="late", why="the case was decided")

    def reopen(self, actor: Actor, case: str, why: str, people: Sequence[Person], kind: Kind = "assessor") -> None:
        """Opens a case again with fresh assessors, who see nothing of the earlier rounds until they are through."""
        reason = said(why, "Opening a case again")
        if not people:
            raise UsageError("Opening a case again takes somebody who has had nothing to do with it.")
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "reopen")
            number = file.case.round + 1
            for person in people:
                self._ask(connection, file, actor, person, kind, number)
            self._set(connection, file.case, state="collecting", round=number)
            self._note(connection, case, "reopened", actor, why=reason)
            self._find_by_words(connection, case)
        self.publish(case)  # the letter no longer says what was decided

    def closed(self, actor: Actor, case: str) -> tuple[Grade, Challenge] | None:
        """The grade with people's levels in it and the challenge as it was, for whoever sees what others wrote; None
        before that."""
        with reading(self.engine) as connection:
            file = rows.read(connection, case)
        if not view_of(actor, file).revealed:
            return None
        return closed_grade(file), challenge_of(file)

    def letter_text(self, actor: Actor, case: str) -> str:
        """The letter as it was kept last; before that, as the grader would write it with people's levels in it and in
        the tone of what was decided: where somebody who edits it begins. Raises NotAllowedError where there is none and
        the actor may not write it."""
        with reading(self.engine) as connection:
            file = rows.read(connection, case)
        kept = view_of(actor, file).letter
        if kept is not None:
            return kept.text
        self._demand(actor, file, "letter")
        decided = file.decision.outcome if file.decision else ""
        return render_feedback(closed_grade(file), challenge_of(file), None, decided=decided)[1]

    def edit_letter(
        self, actor: Actor, case: str, text: str, *, release: bool = False, by: Person | None = None
    ) -> Letter:
        """Keeps the text for the candidate; with `release` it goes out, once, and stays as it is. `by` is whose letter
        it is, where that is not the actor. Raises UsageError where what is to go out is still a draft."""
        body = text.strip()
        if not body:
            raise UsageError("The letter is empty.")
        if release:
            letter.finished(body)
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "letter")
            who = _named(actor, by, file)
            made = Letter(person=who.id, text=body, released=release, at=self.clock())
            row = {"case": case, "person": who.id, "body": body, "released": release, "at": made.at}
            connection.execute(insert(letters).values(row))
            if release:
                self._set(connection, file.case, state="released")
            self._note(connection, case, "letter released" if release else "letter edited", actor)
            self._find_by_words(connection, case)
        return made


def _suitable(file: File, person: Person, kind: Kind) -> None:
    """Raises NotAllowedError where `person` cannot have this part in the case. For somebody who is linked to the
    candidate the case is not there, and the lead is told no more than that."""
    name = visible(person.name, 80)
    if rules.linked(person, file.case) or not person.active:
        raise NotAllowedError(f"{name} cannot be asked for this case.")
    if file.of(person) is not None:
        raise NotAllowedError(BUSY.format(name))
    if kind == "bar_raiser":
        if "bar_raiser" not in person.roles:
            raise NotAllowedError(f"{name} is no bar raiser.")
        teams = {file.people[one.person].team for one in file.assignments if one.state != "recused"} - {""}
        if person.team and person.team in teams:
            raise NotAllowedError(f"{name} is of the same team as an assessor; a bar raiser comes from another.")


def _named(actor: Actor, by: Person | None, file: File) -> Person:
    """Whose word it is: the actor's, or a person's for whom the machine's operator vouches."""
    who = actor.person or by
    if who is None:
        raise UsageError("Say who: this takes a person's name.")
    if rules.linked(who, file.case) or not who.active:
        raise NotFoundError(file.case.id)
    return who


def _check_level(file: File, criterion: str, level: int | None) -> None:
    known = {str(one["id"]): one for one in file.source.challenge["rubric"]["criteria"]}
    if criterion not in known:
        raise UsageError(f"There is no criterion {visible(criterion, 80)!r}: {', '.join(known)}.")
    if level is not None and str(level) not in {str(one) for one in known[criterion]["levels"]}:
        raise UsageError(f"Level {level} of {criterion} is not 1 to {len(known[criterion]['levels'])}.")


def _settled(file: File) -> None:
    """Raises NotAllowedError where people's levels of a criterion are still open."""
    open_ = unsettled(file)
    if open_:
        raise NotAllowedError(
            f"{', '.join(open_)}: people's levels are still open. A third, blind, assessment or an adjudicator closes "
            "them; `more` can be decided now."
        )


def unsettled(file: File) -> Iterable[str]:
    """Criteria that people have left open, in the rubric's order."""
    found = {one.criterion: one.combined for one in side_by_side(file, {one.person: "" for one in file.assignments})}
    return [name for name in criterion_ids(file) if found[name].how == "open"]
