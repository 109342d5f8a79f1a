"""What came in by a person's links, or long ago, removed: invitations, events, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.engine import Engine

from grader.portal.desk import PortalDesk
from grader.portal.records import Invitation
from grader.portal.taking import place_of
from grader.store import people
from grader.store.engine import writing
from grader.store.portal_tables import hand_ins, invitation_events, invitations


def of_person(engine: Engine, wanted: str, how: people.Meaning = "either") -> tuple[Invitation, ...]:
    """The invitations of a person, by name, however it is typed, or blind id."""
    return tuple(one for one in PortalDesk(engine=engine).all()
                 if people.is_meant(wanted, how, name=one.candidate, blind=one.blind))  # fmt: skip


def older_than(engine: Engine, before: str) -> tuple[Invitation, ...]:
    """The invitations whose window ended before a moment: what was promised to be kept no longer goes with them."""
    return tuple(one for one in PortalDesk(engine=engine).all() if one.ends_at < before)


def forget(engine: Engine, gone: Sequence[Invitation], folder: Path) -> None:
    """Removes them: the files first, so that what fails can be found again. Raises InfrastructureError."""
    from grader import files

    with files.explained(folder):
        for one in gone:
            for came in one.hand_ins:
                place_of(folder, came.id).unlink(missing_ok=True)
    ids = [one.id for one in gone]
    with writing(engine) as connection:
        for table in (hand_ins, invitation_events):
            connection.execute(delete(table).where(table.c.invitation.in_(ids)))
        connection.execute(delete(invitations).where(invitations.c.id.in_(ids)))
