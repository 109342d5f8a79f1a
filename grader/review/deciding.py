"""Deciding on a stage of a candidate's loop, over all its rounds: by a person, with a reason; then the letter.

The stage's rule recommends. What it says is asked for inside the transaction that keeps the decision, so that what is
kept beside it is what was known at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from grader.errors import UsageError, visible
from grader.review import letter, live_rows, rows, rules
from grader.review.base import said
from grader.review.live import FEWEST, LiveDesk
from grader.review.loop_records import LoopView, StageDecision
from grader.review.problems import NotAllowedError, NotFoundError, NotReadyError
from grader.review.records import OUTCOMES, Actor, DecisionOutcome, Person
from grader.store.engine import writing
from grader.store.loop_tables import loop_decisions, loop_letters

ADVICE = {"advance": "goes on", "decline": "below"}
"""What the rule would have said, had it recommended what was decided."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What a stage's rule says of a candidate, and what a decision has to wait for."""

    word: str
    """goes on, below or open."""
    people: int
    """Independent people heard over the rounds up to this stage."""
    waits: tuple[str, ...] = ()
    """What is under way in this stage and would be passed over, one sentence each."""


class DecidingDesk(LiveDesk):
    """The part of the desk at which a candidate's stages are decided."""

    def decide_stage(
        self, actor: Actor, blind: str, stage: str, outcome: DecisionOutcome, why: str,
        advise: Callable[[LoopView], Advice], *, by: Person | None = None,
    ) -> StageDecision:  # fmt: skip
        """Advance, decline or more, by a named person who rates nothing of the candidate's. Advance and decline take
        that at least two independent people were heard over the rounds so far, and that nothing of this stage is under
        way. Raises NotAllowedError, NotReadyError with what is missing, or NotFoundError."""
        reason = said(why, "A decision")
        if outcome not in OUTCOMES:
            raise UsageError(f"A decision is {', '.join(OUTCOMES)}; not {visible(str(outcome), 40)!r}.")
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            view, who = self._leading(connection, actor, blind, by)
            _in_turn(view, stage)
            advice = advise(view)
            if outcome != "more" and (missing := _missing(advice)):
                raise NotReadyError(missing, FEWEST)
            against = outcome != "more" and advice.word != "open" and advice.word != ADVICE[outcome]
            case = view.live[-1].case
            row = {"case": case, "person": who.id, "blind": view.blind, "loop": view.loop, "stage": stage,
                   "outcome": outcome, "why": reason, "recommendation": advice.word, "against": against,
                   "at": self.clock()}  # fmt: skip
            connection.execute(insert(loop_decisions).values(row))
            self._note(connection, case, "stage decided", actor, stage=stage, outcome=outcome, by=who.id,
                       against=against)  # fmt: skip
            return live_rows.decisions_of(connection, view.blind, whole=True)[-1]

    def edit_stage_letter(
        self, actor: Actor, blind: str, stage: str, text: str, *, release: bool = False, by: Person | None = None
    ) -> None:
        """Keeps the text for the candidate after the decision in force on a stage; with `release` it goes out, once.
        Raises NotAllowedError where there is nothing to write about, UsageError for what is still a draft."""
        body = text.replace("\r\n", "\n").strip()
        if not body:
            raise UsageError("The letter is empty.")
        if release:
            letter.finished(body)
            letter.filled_in(body)
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            view, who = self._leading(connection, actor, blind, by)
            decision = view.decision(stage)
            if decision is None or decision.outcome == "more":
                raise NotAllowedError("A letter follows a decision to advance or to decline.")
            if decision.letter is not None and decision.letter.released:
                raise NotAllowedError("This letter has gone out. After another decision there is another letter.")
            row = {"decision": decision.id, "person": who.id, "body": body, "released": release, "at": self.clock()}
            connection.execute(insert(loop_letters).values(row))
            case = live_rows.decision_case(connection, decision.id)
            self._note(connection, case, "letter released" if release else "letter edited", actor, stage=stage)

    def _leading(
        self, connection: Connection, actor: Actor, blind: str, by: Person | None
    ) -> tuple[LoopView, Person]:  # fmt: skip
        """What the actor sees of the candidate's loop, and whose word it is."""
        view = self._loop_view(connection, actor, blind)
        if not view.may_decide:
            raise NotAllowedError("A stage is decided by a lead who rates nothing of this candidate's.")
        who = actor.person or by
        if who is None:
            raise UsageError("Say who: this takes a person's name.")
        live, homes = self._files(connection, actor, blind)
        if not who.active or any(rules.linked(who, file.case) for file in live):
            raise NotFoundError(blind)
        if any(rules.rates(Actor(person=who), file) for file in (*live, *homes)):
            raise NotAllowedError(f"{visible(who.name, 80)} still rates something of this candidate's.")
        return view, who


def _in_turn(view: LoopView, stage: str) -> None:
    """Raises UsageError for a stage that the loop has not, NotAllowedError after one that ended it."""
    stages: list[Mapping[str, Any]] = view.body["loop"]["stages"]
    names = [str(one["id"]) for one in stages]
    if stage not in names:
        raise UsageError(f"The loop has no stage {visible(stage, 60)!r}: {', '.join(names) or 'none at all'}.")
    for earlier in names[: names.index(stage)]:
        if view.outcome(earlier) == "decline":
            raise NotAllowedError(f"It ended with the stage {earlier}; decide that one anew first.")


def _missing(advice: Advice) -> tuple[str, ...]:
    heard = f"{advice.people} of at least {FEWEST} independent people have been heard over the rounds so far."
    return (*([heard] if advice.people < FEWEST else []), *advice.waits)
