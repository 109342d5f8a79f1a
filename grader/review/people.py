"""Operations on people: who may rate, lead and look after it. Signing in is somebody else's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select, update

from grader.errors import UsageError, visible
from grader.review import rows
from grader.review.anchoring import take_back
from grader.review.base import Base
from grader.review.problems import NotAllowedError
from grader.review.records import ROLES, Actor, Person, Role
from grader.store import case_tables
from grader.store.engine import reading, writing

LONGEST = 200


class PeopleDesk(Base):
    """The part of the desk that knows people."""

    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        with reading(self.engine) as connection:
            return rows.people_of(connection)

    def person(self, wanted: str) -> Person | None:
        """Somebody by id or by name."""
        table = case_tables.people
        with reading(self.engine) as connection:
            query = select(table).where((table.c.id == wanted) | (table.c.name == wanted))
            found = connection.execute(query).mappings().first()
        return rows.person(found) if found else None

    def add_person(
        self, actor: Actor, name: str, *, roles: Sequence[Role] = ("reviewer",), team: str = "",
        candidates: Sequence[str] = (),
    ) -> Person:  # fmt: skip
        """Adds somebody. Raises UsageError for a name that is taken or cannot be one, or a role that there is not;
        NotAllowedError for an actor who is no admin."""
        _demand_admin(actor)
        made = _checked(Person(id=self.new_id(), name=" ".join(name.split()), team=team.strip(), roles=tuple(roles),
                               candidates=tuple(candidates), at=self.clock()))  # fmt: skip
        table = case_tables.people
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            if connection.execute(select(table.c.id).where(table.c.name == made.name)).first():
                raise UsageError(f"There is somebody called {visible(made.name)!r} already.")
            connection.execute(insert(table).values(rows.person_row(made)))
            self._note(connection, rows.PEOPLE, "person added", actor, about=made.id, roles=list(made.roles))
        return made

    def change_person(
        self, actor: Actor, person: Person, *, roles: Sequence[Role] | None = None, team: str | None = None,
        candidates: Sequence[str] | None = None, active: bool | None = None,
    ) -> Person:  # fmt: skip
        """Gives somebody other roles, another team, links to candidates, or ends their part. Raises UsageError where
        nobody would be left who can look after it, NotAllowedError for an actor who is no admin."""
        _demand_admin(actor)
        changed = _checked(replace(
            person,
            roles=person.roles if roles is None else tuple(roles),
            team=person.team if team is None else team.strip(),
            candidates=person.candidates if candidates is None else tuple(candidates),
            active=person.active if active is None else active,
        ))  # fmt: skip
        table = case_tables.people
        with writing(self.engine) as connection:
            rows.lock_people(connection)
            admins = {one.id for one in rows.people_of(connection) if "admin" in one.roles and one.active}
            if admins == {person.id} and not (changed.active and "admin" in changed.roles):
                raise UsageError("This is the last admin; make somebody else one first.")
            connection.execute(update(table).where(table.c.id == person.id).values(rows.person_row(changed)))
            take_back(connection, changed)
            self._note(connection, rows.PEOPLE, "person changed", actor, about=person.id, roles=list(changed.roles),
                       active=changed.active)  # fmt: skip
        return changed


def _demand_admin(actor: Actor) -> None:
    if actor.person is not None and "admin" not in actor.person.roles:
        raise NotAllowedError("People are an admin's to add and to change.")


def _checked(person: Person) -> Person:
    if not person.name or len(person.name) > LONGEST or not person.name.isprintable():
        raise UsageError(f"{visible(person.name, 60)!r} is no name: one line of at most {LONGEST} characters.")
    unknown = [role for role in person.roles if role not in ROLES]
    if unknown or not person.roles:
        raise UsageError(f"There is no role {visible(str(unknown[0] if unknown else ''), 40)!r}: {', '.join(ROLES)}.")
    return replace(person, roles=tuple(role for role in ROLES if role in person.roles))
