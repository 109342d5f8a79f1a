"""What stands at the top of each page: what this person may open, and where they are."""

from __future__ import annotations

from typing import NamedTuple

from flask import g, request, url_for

from grader.web import visit


class MenuItem(NamedTuple):
    name: str
    address: str
    here: bool


_PAGES = (
    ("My queue", "queue.show"), ("Cases", "cases.show"), ("Loops", "loops.show"), ("Assign", "assign.show"),
    ("Norming", "sessions.show"), ("Reliability", "reliability.show"), ("Figures", "analyse.show"),
    ("People", "people.show"), ("Audit", "audit.show"),
)  # fmt: skip


def entries() -> list[MenuItem]:
    """Empty for strangers. A page that somebody may not open is not named to them."""
    from grader.web.routes import ROUTES

    person = visit.person_or_none()
    if person is None:
        return []
    rules = {route.endpoint: route.rule for route in ROUTES}
    mine = [
        (name, endpoint)
        for name, endpoint in _PAGES
        if endpoint in rules and (not rules[endpoint].roles or rules[endpoint].roles & set(person.roles))
    ]
    module = (request.endpoint or "").partition(".")[0]
    inside = g.get("inside", module)
    return [MenuItem(name, url_for(endpoint), endpoint.startswith(f"{inside}.")) for name, endpoint in mine]
