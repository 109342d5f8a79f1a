"""Operations on live rounds: who holds one, the card that is filled in right after, and opening all cards at once.

A live round is a case like a take-home's, with a kit in place of a submission: its own part is saved, handed in and
taken back as any assessment. What differs is when it is opened: all cards of a candidate together, and to nobody who
still rates anything of the candidate's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from grader.challenge.rubric import Criterion
from grader.errors import UsageError
from grader.ratings.sheet import LEANS, Gap, Sheet
from grader.review import live_rows, rows, rules
from grader.review.asking import AskingDesk
from grader.review.base import said
from grader.review.grade import closed_grade
from grader.review.loop_records import HomeState, LiveState, LiveWish, LoopView
from grader.review.problems import IncompleteError, NotAllowedError, NotFoundError, NotReadyError
from grader.review.rating import RatingDesk, criteria_of
from grader.review.records import Actor, Assessment, Case, File, Person
from grader.review.visible import reviewers, side_by_side
from grader.store.blind_ids import blind_of, called
from grader.store.engine import reading, writing

FEWEST = 2
"""Independent people behind whatever is opened: one person's word is nobody's recommendation."""


class LiveDesk(AskingDesk, RatingDesk):
    """The part of the desk at which live rounds are held."""

    def ask_live(self, actor: Actor, wish: LiveWish, snapshot: Any, person: Person) -> Case:
        """Asks somebody to hold a round with a candidate. `snapshot` makes what the case is about from the candidate's
        blind id; it is asked for where the round is opened. Raises NotAllowedError for an actor who leads nothing, a
        round that is open to all, another loop than the candidate's, or a person who cannot be asked."""
        if not rules.leads(actor):
            raise NotAllowedError("People are asked by a lead.")
        candidate = said(wish.candidate, "A live round")
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            name = called(connection, candidate)
            blind = blind_of(connection, name)
            known = live_rows.live_of(connection, blind)
            if any(loop != wish.loop for loop, _, _ in known):
                raise NotAllowedError(
                    "This candidate's rounds were opened under another agreement of the loop: all of a candidate's "
                    "rounds are held by one, so that they can be compared."
                )
            live_rows.keep_loop(connection, wish.loop, wish.body, self.clock())
            file = next((file for _, round_id, file in known if round_id == wish.round_id), None)
            if file is None:
                made = self._live_case(wish, name, blind, snapshot(blind))
                if actor.person is not None and rules.linked(actor.person, made[0]):
                    raise NotFoundError(blind)
                live_rows.add(connection, *made, loop=wish.loop, round_id=wish.round_id)
                self._note(connection, made[0].id, "opened", actor, round=wish.round_id)
                file = rows.read(connection, made[0].id)
            elif actor.person is not None and rules.linked(actor.person, file.case):
                raise NotFoundError(blind)
            if file.case.state != "collecting":
                raise NotAllowedError("The cards of this round are open to all; whoever is asked now would know them.")
            self._ask(connection, file, actor, person, "assessor", 1)
        return file.case

    def _live_case(
        self, wish: LiveWish, name: str, blind: str, snapshot: Mapping[str, Any]
    ) -> tuple[Case, Mapping[str, Any]]:
        new, kit = self.new_id(), snapshot["kit"]
        case = Case(id=new, run=f"live:{new}", challenge=str(kit["id"]), challenge_version=str(kit["revision"]),
                    challenge_digest=wish.kit_digest, submission_digest=f"live:{new}", candidate=name, blind=blind,
                    folder="", state="collecting", round=1, minimum=1, bar_raiser=False, early_why="",
                    at=self.clock())  # fmt: skip
        return case, snapshot

    def submit_card(self, actor: Actor, case: str, sheet: Sheet, *, version: int) -> Assessment:
        """Hands a card in. What is incomplete is saved as a draft, and IncompleteError says what is missing. Raises
        ConflictError as `save` does."""
        with self._locked(case) as (connection, file):
            self._demand(actor, file, "submit")
            own = self._own(actor, file)
            missing = card_gaps(sheet, criteria_of(file))
            saved = self._add(connection, file, own, sheet, version, "draft" if missing else "submitted")
            self._move(connection, own, state="draft" if missing else "submitted", version=saved.version)
            if not missing:
                self._note_version(connection, case, "handed in", actor, saved)
        if missing:
            raise IncompleteError(missing)
        return saved

    def open_cards(self, actor: Actor, blind: str, *, early: bool = False, why: str = "") -> None:
        """Opens all cards of a candidate's rounds at once. `early` closes what is outstanding as late, for a reason
        that everybody sees; a round of which no card is in stays as it is, to be held. Raises NotReadyError; the count
        is taken in the transaction that opens them."""
        reason = said(why, "Opening early") if early else ""
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            live, homes = self._files(connection, actor, blind)
            waiting = [file for file in live if file.case.state == "collecting" and _in(file)]
            if not _may_open(actor, live, homes):
                raise NotAllowedError("Cards are opened by a lead who rates nothing of this candidate's.")
            if missing := _missing(live, homes, early=early):
                raise NotReadyError(missing, FEWEST)
            for file in waiting:
                rows.lock(connection, file.case.id)
                late = False
                for one in file.assignments:
                    if one.state in rules.OPEN:
                        self._move(connection, one, state="late", why=reason)
                        late = True
                    elif one.state == "submitted":
                        self._move(connection, one, state="sealed")
                self._set(connection, file.case, state="debrief", early_why=reason if late else "")
                self._note(connection, file.case.id, "revealed", actor, early=late, why=reason if late else "")

    def loop_view(self, actor: Actor, blind: str) -> LoopView:
        """What the actor may see of a candidate's loop; the reading is an event. Raises NotFoundError in the same words
        for a candidate that there is not, and for one whom this person may not know of."""
        with writing(self.engine) as connection:
            view = self._loop_view(connection, actor, blind)
            for one in view.live:
                if one.opened:
                    self._note(connection, one.case, "read others' words", actor)
        return view

    def _loop_view(self, connection: Connection, actor: Actor, blind: str) -> LoopView:
        live, homes = self._files(connection, actor, blind)
        known = live_rows.live_of(connection, blind)
        rounds = {file.case.id: name for _, name, file in known}
        busy, may_open = _busy(actor, live, homes), _may_open(actor, live, homes)
        knows = actor.person is None or (not busy and "admin" in actor.person.roles)
        decided = () if busy else live_rows.decisions_of(connection, live[0].case.blind, whole=rules.leads(actor))
        return LoopView(
            blind=live[0].case.blind, candidate=live[0].case.candidate if knows else "", loop=known[-1][0],
            body=live_rows.loop_body(connection, known[-1][0]),
            live=tuple(_live_state(actor, file, rounds[file.case.id], busy=busy) for file in live),
            homes=tuple(_home_state(actor, file, busy=busy) for file in homes),
            may_open=may_open and any(file.case.state == "collecting" for file in live),
            missing=_missing(live, homes) if may_open else (), may_decide=may_open, decisions=decided,
        )  # fmt: skip

    def loops_listed(self, actor: Actor) -> tuple[tuple[str, str, str], ...]:
        """(blind id, role, since when) of the candidates who have live rounds, for a lead; without those whom the lead
        is linked to."""
        if not rules.leads(actor):
            raise NotAllowedError("The list of all candidates is a lead's.")
        with reading(self.engine) as connection:
            found = []
            for blind, loop, at in live_rows.listed(connection):
                file = live_rows.live_of(connection, blind)[0][2]
                if actor.person is None or not rules.linked(actor.person, file.case):
                    found.append((blind, str(live_rows.loop_body(connection, loop)["loop"]["role"]), at))
        return tuple(found)

    def _files(self, connection: Any, actor: Actor, blind: str) -> tuple[list[File], list[File]]:
        """The candidate's live rounds and take-homes. Raises NotFoundError."""
        live = [file for _, _, file in live_rows.live_of(connection, blind)]
        if not live:
            raise NotFoundError(blind)
        me = actor.person
        if me is not None and (not me.active or any(rules.linked(me, file.case) for file in live)):
            raise NotFoundError(blind)
        if not rules.leads(actor) and not any(file.of(me) for file in live):
            raise NotFoundError(blind)
        case = live[0].case
        return live, live_rows.handed_in_of(connection, case.blind, case.candidate)


def _busy(actor: Actor, live: Sequence[File], homes: Sequence[File]) -> bool:
    """Whether the actor still rates anything of the candidate's: others' words must not reach them yet."""
    return any(rules.rates(actor, file) for file in (*live, *homes))


def _may_open(actor: Actor, live: Sequence[File], homes: Sequence[File]) -> bool:
    return rules.leads(actor) and not _busy(actor, live, homes)


def _missing(live: Sequence[File], homes: Sequence[File], *, early: bool = False) -> tuple[str, ...]:
    """What opening waits for, one sentence each. `early` waives only that everybody asked is in."""
    parts = [(file, one) for file in live if file.case.state == "collecting" for one in file.assignments]
    inside = {person for file in live if file.case.state == "collecting" for person in _in(file)}
    behind = inside.union(*(_people(file) for file in (*live, *homes)))
    reasons = []
    if not inside:
        reasons.append("No card is in that is not open yet.")
    if len(behind) < FEWEST:
        reasons.append(f"{len(behind)} of at least {FEWEST} independent people have been heard, over all rounds.")
    outstanding = sum(one.state in rules.OPEN for _, one in parts)
    if outstanding and not early:
        reasons.append(f"{outstanding} of those who were asked have not handed in their card.")
    return tuple(reasons)


def _in(file: File) -> list[str]:
    """Who has handed in a card of this round."""
    return [one.person for one in file.assignments if file.independent(one) is not None]


def _people(file: File) -> frozenset[str]:
    return frozenset(one.person for one in rules.independent_people(file))


def _behind(file: File) -> dict[str, frozenset[str]]:
    """Criterion → who gave a level on it. Who says that it cannot be judged stands behind nothing."""
    sheets = {one.person: version.sheet for one in rules.independent_people(file) if (version := file.independent(one))}
    names = {said.criterion for sheet in sheets.values() for said in sheet.said}
    return {
        name: frozenset(person for person, sheet in sheets.items() if sheet.on(name).level is not None)
        for name in names
    }


def _live_state(actor: Actor, file: File, name: str, *, busy: bool) -> LiveState:
    own = file.of(actor.person)
    part = own is None and rules.leads(actor)
    opened = not busy and bool(rules.shown(file)) and (part or (own is not None and own.state in {"sealed", "late"}))
    leading = rules.leads(actor) and not busy
    criteria = tuple(file.source.challenge["rubric"]["criteria"])
    return LiveState(
        case=file.case.id, round_id=name, state=file.case.state if not busy else "collecting", opened=opened,
        asked=tuple((file.people[one.person], one.state) for one in file.assignments) if leading else (),
        criteria=criteria if opened else (),
        sides=side_by_side(file, reviewers(file)) if opened else (),
        people=_people(file) if opened else frozenset(), behind=_behind(file) if opened else {},
        early_why=file.case.early_why if not busy else "",
    )  # fmt: skip


def _home_state(actor: Actor, file: File, *, busy: bool) -> HomeState:
    opened = not busy and rules.sees_others(actor, file)
    grade = None
    if opened:
        try:
            grade = closed_grade(file)
        except UsageError:  # kept by a grader that wrote it otherwise
            grade = None
    return HomeState(case=file.case.id, challenge=file.case.challenge, opened=opened, grade=grade,
                     people=_people(file) if opened else frozenset(),
                     behind=_behind(file) if opened else {},
                     outcome=file.decision.outcome if opened and file.decision else "")  # fmt: skip


def card_gaps(sheet: Sheet, criteria: Sequence[Criterion]) -> tuple[Gap, ...]:
    """What is missing before a card can be handed in: of each criterion what was said or done, and a level by it; or
    the reason why it cannot be judged."""
    known = {criterion.id for criterion in criteria}
    found = [Gap(criterion=one.criterion, what="is not a criterion of this card")
             for one in sheet.said if one.criterion not in known]  # fmt: skip
    for criterion in criteria:
        given = sheet.on(criterion.id)
        if given.level is None and not given.cannot_judge.strip():
            found.append(Gap(criterion=criterion.id, what="has no level; give one, or say why you cannot judge it"))
        elif given.level is not None and given.level not in criterion.levels:
            found.append(Gap(criterion=criterion.id, what=f"has level {given.level}; levels are 1 to 5"))
        elif given.level is not None and not any(text.strip() for text in given.evidence):
            what = "has a level and nothing that it rests on; write down what was said or done"
            found.append(Gap(criterion=criterion.id, what=what))
    if sheet.lean not in LEANS:
        found.append(Gap(criterion="", what=f"the lean is one of {', '.join(LEANS[1:])}, or left out"))
    return tuple(found)
