"""Proving who somebody is: invitations, passwords, sessions. No page and no rule of reviewing is in here.

Only digests of tokens and session ids are kept: who reads the store cannot sign in with what stands there.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from grader.store.account_tables import attempts, credentials, invites, secrets, sessions
from grader.store.engine import reading, writing
from grader.store.store import moment

if TYPE_CHECKING:
    from argon2 import PasswordHasher
    from sqlalchemy.engine import Connection, Engine

INVITE_DAYS = 7
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down: a row for each request would be one too many."""
SHORTEST, LONGEST_PASSWORD = 12, 200
WINDOW = timedelta(minutes=15)
MOST = {"pair": 5, "account": 30, "address": 30}
"""Failed attempts in the window: of one address at one account, at one account, of one address."""

WRONG = "Name or password is not right."

Clock = Callable[[], datetime]


class AccountError(Exception):
    """Why somebody was not let in or a password not taken, in words for them."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    person: str
    via: str
    digest: str


def utcnow() -> datetime:
    return datetime.now(UTC)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """256 random bits as text that stands in a URL or cookie."""
    return randomness.token_urlsafe(32)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts of one store. Everything raises InfrastructureError where it cannot be used."""

    engine: Engine
    clock: Clock = utcnow

    # ------------------------------------------------------------------------------------------------ invitations

    def invite(self, person: str, *, by: str) -> str:
        """A token that lets `person` set a password, once, within `INVITE_DAYS`. Earlier ones end."""
        token, now = new_token(), self.clock()
        row = {"digest": digest(token), "person": person, "made_by": by, "at": moment(now), "used_at": "",
               "ends_at": moment(now + timedelta(days=INVITE_DAYS))}  # fmt: skip
        with writing(self.engine) as connection:
            connection.execute(delete(invites).where(invites.c.person == person, invites.c.used_at == ""))
            connection.execute(invites.insert().values(**row))
        return token

    def invited(self, token: str) -> str | None:
        """Whose invitation `token` is, as long as it holds. Asking does not use it up."""
        with reading(self.engine) as connection:
            return connection.execute(select(invites.c.person).where(*self._open(token))).scalar()

    def accept(self, token: str, name: str, password: str) -> str:
        """Sets name and password of the person invited, and uses the invitation up. Raises AccountError."""
        checked_password(password, name)
        kept, now = _hasher().hash(password), moment(self.clock())
        with writing(self.engine) as connection:
            person = connection.execute(
                update(invites).where(*self._open(token)).values(used_at=now).returning(invites.c.person)
            ).scalar()
            if person is None:
                raise AccountError("This link has been used, or its time is over. Ask for a new one.")
            self._set(connection, str(person), "password", folded(name), kept)
            connection.execute(delete(sessions).where(sessions.c.person == person))
        return str(person)

    def _open(self, token: str) -> tuple[Any, ...]:
        return (invites.c.digest == digest(token), invites.c.used_at == "", invites.c.ends_at > moment(self.clock()))

    def _set(self, connection: Connection, person: str, kind: str, name: str, secret: str) -> None:
        """One credential of a kind a person; a name that another has is refused."""
        mine = (credentials.c.person == person, credentials.c.kind == kind)
        connection.execute(delete(credentials).where(*mine))
        row = {"person": person, "kind": kind, "name": name, "secret": secret, "at": moment(self.clock())}
        taken = select(credentials.c.id).where(credentials.c.kind == kind, credentials.c.name == name)
        if connection.execute(taken).scalar() is not None:
            raise AccountError("Somebody else signs in with that name. Take another.")
        connection.execute(credentials.insert().values(**row))

    # ------------------------------------------------------------------------------------------------ passwords

    def check(self, name: str, password: str, address: str) -> str:
        """The person who signs in with `name` and `password`. Raises AccountError with the same words, after the same
        time, whether the name or the password is wrong."""
        keys = _keys(folded(name), address)
        self._refuse_the_hasty(keys)
        with reading(self.engine) as connection:
            query = select(credentials.c.person, credentials.c.secret)
            query = query.where(credentials.c.kind == "password", credentials.c.name == folded(name))
            known = connection.execute(query).first()
        right = _verified(known.secret if known else _nobodys(), password)
        if known is None or not right:
            self._note(keys)
            raise AccountError(WRONG)
        with writing(self.engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.digest.in_((keys["pair"], keys["account"]))))
        return str(known.person)

    def _refuse_the_hasty(self, keys: dict[str, str]) -> None:
        since = moment(self.clock() - WINDOW)
        query = select(attempts.c.digest, func.count()).group_by(attempts.c.digest)
        query = query.where(attempts.c.digest.in_(keys.values()), attempts.c.at > since)
        with reading(self.engine) as connection:
            seen: dict[str, int] = {str(row[0]): int(row[1]) for row in connection.execute(query)}
        if any(seen.get(key, 0) >= MOST[kind] for kind, key in keys.items()):
            minutes = int(WINDOW.total_seconds() // 60)
            raise AccountError(f"Too many attempts. Wait {minutes} minutes, then try again.")

    def _note(self, keys: dict[str, str]) -> None:
        now = self.clock()
        with writing(self.engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.at <= moment(now - WINDOW)))
            connection.execute(attempts.insert(), [{"digest": key, "at": moment(now)} for key in keys.values()])

    def guessed(self, address: str) -> None:
        """Somebody opened a candidate's link that there is not. Raises AccountError where one address does so often."""
        keys = {"address": digest(f"link\0{address}")}
        self._refuse_the_hasty(keys)
        self._note(keys)

    # ------------------------------------------------------------------------------------------------ others' word

    def bind(self, person: str, kind: str, name: str) -> None:
        """From now on `person` is whoever the provider or proxy (`kind`) calls `name`. Raises AccountError."""
        with writing(self.engine) as connection:
            self._set(connection, person, kind, name, "")

    def bound(self, kind: str, name: str) -> str | None:
        """The person that a provider or proxy means by `name`; None for a stranger."""
        query = select(credentials.c.person).where(credentials.c.kind == kind, credentials.c.name == name)
        with reading(self.engine) as connection:
            return connection.execute(query).scalar()

    def names(self) -> dict[str, list[str]]:
        """Person → kinds of credentials that they have."""
        found: dict[str, list[str]] = {}
        with reading(self.engine) as connection:
            for row in connection.execute(select(credentials.c.person, credentials.c.kind).order_by(credentials.c.id)):
                found.setdefault(row.person, []).append(row.kind)
        return found

    # ------------------------------------------------------------------------------------------------ sessions

    def start(self, person: str, via: str) -> str:
        """A new session of `person`: the id for the cookie. What has ended is cleared away on the way."""
        token, now = new_token(), self.clock()
        row = {"digest": digest(token), "person": person, "via": via, "at": moment(now), "seen_at": moment(now)}
        with writing(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.at <= moment(now - LONGEST)))
            connection.execute(sessions.insert().values(**row, ended_at=""))
        return token

    def session(self, token: str) -> Session | None:
        """Who holds the cookie `token`; None where nobody does any more."""
        if not token:
            return None
        now = self.clock()
        query = select(sessions).where(sessions.c.digest == digest(token), sessions.c.ended_at == "")
        query = query.where(sessions.c.at > moment(now - LONGEST), sessions.c.seen_at > moment(now - IDLE))
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.seen_at <= moment(now - SEEN_EVERY):
            with writing(self.engine) as connection:
                seen = update(sessions).where(sessions.c.digest == row.digest)
                connection.execute(seen.values(seen_at=moment(now)))
        return Session(person=row.person, via=row.via, digest=row.digest)

    def end(self, token: str) -> None:
        with writing(self.engine) as connection:
            ended = update(sessions).where(sessions.c.digest == digest(token))
            connection.execute(ended.values(ended_at=moment(self.clock())))

    def shut_out(self, person: str) -> None:
        """Ends all sessions, invitations and credentials of `person`."""
        with writing(self.engine) as connection:
            for table in (sessions, invites, credentials):
                connection.execute(delete(table).where(table.c.person == person))

    # ------------------------------------------------------------------------------------------------ in common

    def secret(self, name: str) -> str:
        """A random text that all servers on this store share, made by the first that asks."""
        query = select(secrets.c.value).where(secrets.c.name == name)
        with reading(self.engine) as connection:
            known = connection.execute(query).scalar()
        if known is not None:
            return str(known)
        try:
            with self.engine.begin() as connection:
                connection.execute(secrets.insert().values(name=name, value=new_token()))
        except IntegrityError:  # another server was faster
            pass
        with reading(self.engine) as connection:
            return str(connection.execute(query).scalar_one())


def checked_password(password: str, name: str) -> None:
    """Raises AccountError for a password that is no good. Long beats odd: no rule asks for digits or signs."""
    if not folded(name):
        raise AccountError("Take a name to sign in with.")
    if len(password) < SHORTEST:
        raise AccountError(f"The password has {len(password)} characters; take {SHORTEST} or more.")
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(f"The password has {len(password)} characters; take at most {LONGEST_PASSWORD}.")
    if folded(name) in folded(password) or len(set(password)) < 5:
        raise AccountError("That password is easily guessed. A few words that do not belong together do well.")


def folded(name: str) -> str:
    """A name to sign in with, as it is compared."""
    return " ".join(name.casefold().split())[:200]


def _keys(name: str, address: str) -> dict[str, str]:
    return {
        "pair": digest(f"pair\0{name}\0{address}"),
        "account": digest(f"account\0{name}"),
        "address": digest(f"address\0{address}"),
    }


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    """A password's digest that fits nothing: checking it takes as long as checking somebody's."""
    return _hasher().hash(new_token())


def _verified(kept: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
