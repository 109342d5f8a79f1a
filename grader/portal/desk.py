"""Everything that happens to an invitation: who was invited, who began, what came in, who withdrew.

    desk = PortalDesk(engine=engine, clock=utcnow)
    link = desk.invite(Wish(…))                  # the token, once
    invitation = desk.opened(token)              # GET: changes nothing
    desk.start(invitation)                       # the working clock begins
    desk.keep(invitation, taken)                 # a hand-in with its number
    desk.extend(…), desk.withdraw(…), desk.finish(…), desk.appeal(…)

Whoever holds the link is the candidate. Only its digest is kept, so whoever reads the store has no link.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, func, insert, or_, select
from sqlalchemy.engine import Connection, Engine

from grader.errors import UsageError
from grader.portal import rows
from grader.portal.known_work import MAPPED, MOST_TIMES, STATED, mapping, statement
from grader.portal.orders import ORDERED, TOLD, Order
from grader.portal.records import MOST_HAND_INS, NUMBER, HandIn, Invitation, read_moment
from grader.store import people
from grader.store.blind_ids import blind_of
from grader.store.engine import reading, writing
from grader.store.portal_tables import hand_ins, invitation_events, invitations
from grader.store.store import moment

if TYPE_CHECKING:
    from grader.portal.taking import Taken

LONGEST_WORDS = 10_000
"""Characters of an appeal."""
ORDER_LOCK = 7_201_426_884
"""Number of the advisory lock in Postgres under which one order after the other is taken."""
REFUSED = {
    "invited": "Press Start first: nothing can be handed in before the work has begun.",
    "finished": "You said that you are through: nothing more is taken. Write to whoever invited you if that was wrong.",
    "over": "The window is over, so nothing more is taken. Write to whoever invited you: they can extend it.",
    "withdrawn": "This invitation was withdrawn; nothing is taken.",
}


def utcnow() -> datetime:
    return datetime.now(UTC)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Whom to invite to what. `about`: what the candidate is told; `working`: seconds, 0 without a clock."""

    candidate: str
    challenge: str
    version: str
    about: Mapping[str, Any]
    window: float
    """Seconds in which the work may be handed in, from now on."""
    working: int
    by: str


@dataclass(frozen=True, kw_only=True)
class PortalDesk:
    """The invitations of one store. Everything raises InfrastructureError where it cannot be used."""

    engine: Engine
    clock: Callable[[], datetime] = utcnow

    def now(self) -> str:
        return moment(self.clock())

    def invite(self, wish: Wish) -> tuple[Invitation, str]:
        """The invitation, and the token of its link, which is never seen again. A candidate keeps their blind id."""
        if not wish.candidate.strip():
            raise UsageError("A candidate has a name, or any text that stays the same.")
        token = secrets.token_urlsafe(32)
        with writing(self.engine) as connection:
            made = secrets.token_hex(16)
            self._insert(connection, made, wish, token)
            return rows.read(connection, invitations.c.id == made)[0], token

    def _insert(self, connection: Connection, made: str, wish: Wish, token: str) -> None:
        row = {
            "id": made, "digest": digest_of(token), "candidate": wish.candidate.strip(),
            "blind": blind_of(connection, wish.candidate.strip()), "challenge": wish.challenge,
            "version": wish.version, "about": json.dumps(wish.about, ensure_ascii=False), "working": wish.working,
            "ends_at": moment(self.clock() + timedelta(seconds=wish.window)), "by": wish.by, "at": self.now(),
        }  # fmt: skip
        connection.execute(insert(invitations).values(row))

    def order(self, wish: Wish, order: Order, token_of: Callable[[str], str]) -> Invitation:
        """Invites whom another system ordered. The same order (challenge, candidate and reference) once more is the
        invitation that there is; `token_of` makes the token of the link from the invitation's id. Another person is
        another order, whatever reference it comes with: an address alone says nothing of who is meant."""
        with writing(self.engine) as connection:
            if self.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
                connection.execute(select(func.pg_advisory_xact_lock(ORDER_LOCK)))
            known = rows.ordered(connection, lambda one: _same_wish(one, wish), order.reference)
            if known is not None:
                return known
            made = secrets.token_hex(16)
            self._insert(connection, made, wish, token_of(made))
            one = rows.read(connection, invitations.c.id == made)[0]
            self._add(connection, one, ORDERED, asdict(order), wish.by)
            return rows.read(connection, invitations.c.id == made)[0]

    def ordered(self, wanted: str) -> Invitation | None:
        """The invitation with this id, where another system ordered it."""
        with reading(self.engine) as connection:
            found = rows.read(connection, invitations.c.id == wanted)
        return found[0] if found and any(event.what == ORDERED for event in found[0].events) else None

    def told(self, one: Invitation, body: Mapping[str, Any]) -> None:
        """What became of a try to tell another system."""
        with writing(self.engine) as connection:
            self._add(connection, self._locked(connection, one), TOLD, body, "the grader")

    def opened(self, token: str) -> Invitation | None:
        """What the link leads to; None for one that there is not. Changes nothing: mail scanners open links."""
        with reading(self.engine) as connection:
            found = rows.read(connection, invitations.c.digest == digest_of(token))
        return found[0] if found else None

    def all(self) -> tuple[Invitation, ...]:
        """All invitations, the newest first."""
        with reading(self.engine) as connection:
            return tuple(rows.read(connection, invitations.c.id != ""))

    def named(self, wanted: str) -> Invitation:
        """The one invitation of that number, or of a candidate, by blind id or name. Raises UsageError where there is
        none, or where it could be several: two people may have one name, and somebody the name that is another's id or
        number. An id in full is nothing else."""
        with reading(self.engine) as connection:
            found = rows.read(connection, invitations.c.id == wanted.lower()) or rows.read(
                connection,
                or_(
                    invitations.c.id.startswith(wanted.lower(), autoescape=True) if len(wanted) >= NUMBER else false(),
                    func.upper(invitations.c.blind) == wanted.upper(),
                    invitations.c.candidate == wanted,
                    func.upper(invitations.c.candidate) == wanted.upper(),
                ),
            )
        if not found:
            raise UsageError(f"Nobody called {wanted!r} was invited.", fix="grade invite list")
        if len(found) > 1:
            raise self._in_doubt(wanted, found)
        return found[0]

    def _in_doubt(self, wanted: str, found: Sequence[Invitation]) -> UsageError:
        now = self.now()
        as_what = {one.id: _as_what(wanted, one) for one in found}
        if len(set(as_what.values())) == 1:
            why, as_what = f"has {len(found)} invitations, of one person or of several of one name", {}
        else:
            why = f"stands for {len(found)} invitations, for one as a name and for another as something else"
        clash = any(one.number == wanted.lower() for one in found)
        names = {one.id: one.id if clash else one.number for one in found}
        listed = "; ".join(f"{names[one.id]} {one.challenge} {one.state(now)}, until {one.ends_at}"
                           f"{as_what.get(one.id, '')}" for one in found)  # fmt: skip
        return UsageError(f"{wanted!r} {why}: {listed}.", fix=f"name one by its number, as {names[found[0].id]}")

    def namesakes(self, one: Invitation) -> bool:
        """Whether somebody was invited to the same challenge under the same blind id: two people of one name have one,
        and what is said of the id alone could be of either."""
        with reading(self.engine) as connection:
            found = rows.read(
                connection, (invitations.c.blind == one.blind) & (invitations.c.challenge == one.challenge)
            )
        return len(found) > 1

    def start(self, one: Invitation) -> None:
        """Begins the work, and the working clock where there is one; a second time changes nothing."""
        self._in_state(one, "invited", "started", do=lambda now: None if now.started_at else ("started", {}))

    def finish(self, one: Invitation) -> None:
        """The candidate is through: what came in last is what is graded."""
        if one.last is None:
            raise UsageError("Nothing was handed in yet.")
        self._in_state(one, "started", "finished", do=lambda now: ("finished", {}) if _open(now, self.now()) else None)

    def withdraw(self, one: Invitation, *, who: str = "the candidate") -> None:
        """Ends the invitation; what came in before is kept until it is purged, and graded no more."""
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            if now.state(self.now()) != "withdrawn":
                self._add(connection, one, "withdrawn", {}, who)

    def extend(self, one: Invitation, *, window: float, working: float, who: str) -> Invitation:
        """More time: seconds more of the window, counted from its end or from now, whichever is later, and of work. Why
        is asked nobody: a reason that is not written down cannot reach who rates."""
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            since = max(read_moment(now.ends_at), self.clock()) if window else read_moment(now.ends_at)
            seconds = now.seconds + int(working) if now.seconds else 0
            body = {"ends_at": moment(since + timedelta(seconds=window)), "working": seconds}
            self._add(connection, one, "extended", body, who)
            return self._locked(connection, one)

    def keep(self, one: Invitation, taken: Taken) -> HandIn:
        """Writes down what came in and is on the disk; from here on it is acknowledged. Raises UsageError, with the
        sentence, where nothing is taken any more."""
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            refuse_closed(now, self.now())
            made = HandIn(
                id=taken.id, number=len(now.hand_ins) + 1, digest=taken.digest, submission=taken.submission,
                bytes=taken.bytes, files=taken.files, late=_minutes_late(now, self.clock()), at=self.now(),
            )  # fmt: skip
            connection.execute(insert(hand_ins).values({"invitation": one.id, **asdict(made)}))
        return made

    def appeal(self, one: Invitation, words: str) -> None:
        """What the candidate asks a person to look at again."""
        if not words.strip():
            raise UsageError("Say what should be looked at again.")
        if len(words) > LONGEST_WORDS:
            raise UsageError(f"That has more than {LONGEST_WORDS:,} characters; say it shorter.")
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            if sum(event.what == "appealed" for event in now.events) >= 3:
                raise UsageError("Three appeals are with the team already; a person reads them.")
            self._add(connection, one, "appealed", {"words": words.strip()}, "the candidate")

    def state_work(self, one: Invitation, pieces: Sequence[tuple[str, str]]) -> None:
        """The candidate's own public work, (address, words) of each piece: kept as it is told, asked for nowhere."""
        body = statement(pieces)
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            if now.state(self.now()) == "withdrawn":
                raise UsageError(REFUSED["withdrawn"])
            if sum(event.what == STATED for event in now.events) >= MOST_TIMES:
                raise UsageError(f"It was changed {MOST_TIMES} times; write to whoever invited you.")
            self._add(connection, one, STATED, body, "the candidate")

    def map_work(
        self, one: Invitation, competencies: Sequence[str], words: str, *, known: Sequence[str], who: str
    ) -> None:  # fmt: skip
        """What a person has found in that work, by competency, for who holds the rounds."""
        body = mapping(competencies, known, words)
        with writing(self.engine) as connection:
            self._add(connection, self._locked(connection, one), MAPPED, body, who)

    def of_blind(self, blind: str) -> tuple[Invitation, ...]:
        """The invitations under a blind id."""
        with reading(self.engine) as connection:
            return tuple(rows.read(connection, func.upper(invitations.c.blind) == blind.upper()))

    def tested(self, one: Invitation, hand_in: str, *, passed: bool | None, message: str) -> None:
        """What the starter's public tests came to on a hand-in. None: there are none to run, or, with a `message`, they
        did not come to an end."""
        with writing(self.engine) as connection:
            body = {"hand_in": hand_in, "passed": passed, "message": message[:4_000]}
            self._add(connection, one, "public tests", body, "the grader")

    def due(self, *, everybody: bool = False) -> tuple[Invitation, ...]:
        """Those whose last hand-in is to be graded: the candidate is through, or the window is over. `everybody`: also
        those who may still hand in again."""
        now = self.now()
        ready = ("finished", "over", "started") if everybody else ("finished", "over")
        return tuple(one for one in self.all() if one.last and one.state(now) in ready)

    def _in_state(
        self, one: Invitation, *states: str, do: Callable[[Invitation], tuple[str, Mapping[str, Any]] | None]
    ) -> None:
        with writing(self.engine) as connection:
            now = self._locked(connection, one)
            if (state := now.state(self.now())) not in states:
                raise UsageError(REFUSED[state])
            if (event := do(now)) is not None:
                self._add(connection, one, *event, "the candidate")

    def _locked(self, connection: Connection, one: Invitation) -> Invitation:
        """The invitation as it is now; nobody else changes it before this transaction ends."""
        connection.execute(select(invitations.c.id).where(invitations.c.id == one.id).with_for_update())
        found = rows.read(connection, invitations.c.id == one.id)
        if not found:
            raise UsageError("This invitation is no longer there.")
        return found[0]

    def _add(self, connection: Connection, one: Invitation, what: str, body: Mapping[str, Any], who: str) -> None:
        row = {"invitation": one.id, "what": what, "body": json.dumps(body, ensure_ascii=False), "who": who,
               "at": self.now()}  # fmt: skip
        connection.execute(insert(invitation_events).values(row))


def refuse_closed(one: Invitation, now: str) -> None:
    """Raises UsageError, with the sentence, where nothing may be handed in at `now`."""
    if (state := one.state(now)) != "started":
        raise UsageError(REFUSED[state])
    if len(one.hand_ins) >= MOST_HAND_INS:
        raise UsageError(f"{MOST_HAND_INS} hand-ins are kept already; the last of them counts.")


def _as_what(wanted: str, one: Invitation) -> str:
    """As what `wanted` stands for an invitation."""
    if people.has_id(wanted, one.blind):
        return " (its blind id)"
    if one.id.startswith(wanted.lower()):
        return " (its number)"
    return " (its candidate's name)"


def _open(one: Invitation, now: str) -> bool:
    return one.state(now) == "started"


def _minutes_late(one: Invitation, now: datetime) -> int:
    if not one.seconds:
        return 0
    over = (now - read_moment(one.started_at)).total_seconds() - one.seconds
    return max(0, -(-int(over) // 60))


def _same_wish(one: Invitation, wish: Wish) -> bool:
    return (one.challenge, one.candidate) == (wish.challenge, wish.candidate)
