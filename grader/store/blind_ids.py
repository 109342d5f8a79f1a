"""Who a candidate is under which blind id, wherever it was given: with an invitation, a batch or a live round."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from grader.errors import UsageError, visible
from grader.store import people
from grader.store.candidates import new_id
from grader.store.case_tables import cases
from grader.store.portal_tables import invitations
from grader.store.tables import runs

_KEPT = (invitations, runs, cases)


def blind_of(connection: Connection, candidate: str) -> str:
    """The candidate's blind id: the one that they have, else a new one that nobody has."""
    for table in _KEPT:
        query = select(table.c.blind).where(table.c.candidate == candidate, table.c.blind != "")
        if (found := connection.execute(query).scalar()) is not None:
            return str(found).split("-")[0]
    known = known_by(connection)
    return new_id({blind.split("-")[0] for _, blind in known} | {name.upper() for name, _ in known})


def known_by(connection: Connection) -> set[tuple[str, str]]:
    """Everybody whom the store knows: (name, blind id), either of which may be empty."""
    queries = (select(table.c.candidate, table.c.blind).distinct() for table in _KEPT)
    return {(row.candidate, row.blind) for query in queries for row in connection.execute(query)}


def called(connection: Connection, wanted: str) -> str:
    """The name of the candidate with the blind id `wanted`; `wanted` itself where nobody has it. Raises UsageError
    where it is one candidate's id and another's name, which nobody but who said it can tell apart."""
    known = known_by(connection)
    if people.several(wanted, known):
        raise UsageError(
            f"{visible(wanted, 80)!r} is the blind id of one candidate and the name of another.",
            fix="give the first one's name, or the other's blind id; `grade invite list` shows both",
        )
    return max((name for name, blind in known if people.has_id(wanted, blind)), default="") or wanted
