"""Invitations as the store has them: their rows, what happened to them and what came in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, RowMapping

from grader.portal.orders import ORDERED
from grader.portal.records import Event, HandIn, Invitation
from grader.store.portal_tables import hand_ins, invitation_events, invitations


def read(connection: Connection, which: Any) -> list[Invitation]:
    """Those that a condition picks, the newest first."""
    query = select(invitations).where(which).order_by(invitations.c.at.desc(), invitations.c.id)
    found = list(connection.execute(query).mappings())
    ids = [row["id"] for row in found]
    happened = select(invitation_events).where(invitation_events.c.invitation.in_(ids)).order_by(invitation_events.c.id)
    handed_in = select(hand_ins).where(hand_ins.c.invitation.in_(ids)).order_by(hand_ins.c.number)
    events, came = _by_invitation(connection, happened), _by_invitation(connection, handed_in)
    return [_invitation(row, events.get(row["id"], ()), came.get(row["id"], ())) for row in found]


def ordered(connection: Connection, which: Callable[[Invitation], bool], reference: str) -> Invitation | None:
    """The invitation of an order with this reference; an order without one is new each time."""
    if not reference:
        return None
    query = select(invitation_events.c.invitation, invitation_events.c.body).where(invitation_events.c.what == ORDERED)
    same = [row.invitation for row in connection.execute(query) if json.loads(row.body)["reference"] == reference]
    return next((one for one in read(connection, invitations.c.id.in_(same)) if which(one)), None)


def _by_invitation(connection: Connection, query: Any) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["invitation"], []).append(row)
    return found


def _invitation(row: RowMapping, events: Any, came: Any) -> Invitation:
    return Invitation(
        id=row["id"], candidate=row["candidate"], blind=row["blind"], challenge=row["challenge"],
        version=row["version"], about=json.loads(row["about"]), working=row["working"], window_ends=row["ends_at"],
        by=row["by"], at=row["at"],
        events=tuple(Event(what=one["what"], who=one["who"], at=one["at"], body=json.loads(one["body"]))
                     for one in events),
        hand_ins=tuple(HandIn(**{name: one[name] for name in HandIn.__dataclass_fields__}) for one in came),
    )  # fmt: skip
