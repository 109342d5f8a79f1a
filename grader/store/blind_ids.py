"""Who a candidate is under which blind id, wherever it was given: with an invitation, a batch or a live round."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

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
    taken = {one for table in _KEPT for one in connection.execute(select(table.c.blind).distinct()).scalars()}
    return new_id({one.split("-")[0] for one in taken})


def called(connection: Connection, wanted: str) -> str:
    """The name of the candidate with the blind id `wanted`; `wanted` itself where nobody has it."""
    for table in _KEPT:
        blind = func.upper(table.c.blind)
        is_it = or_(blind == wanted.upper(), blind.startswith(f"{wanted.upper()}-", autoescape=True))
        query = select(table.c.candidate).where(table.c.candidate != "", is_it)
        if wanted and (found := connection.execute(query).scalar()) is not None:
            return str(found)
    return wanted
