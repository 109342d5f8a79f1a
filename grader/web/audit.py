"""What happened with people, and whether the chain of it holds. What happened in a case stands with the case."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from grader.web import visit
from grader.web.render import page
from grader.web.times import moment

MOST = 200
"""Events on the page, the latest first."""


def show() -> ResponseReturnValue:
    events = visit.desk().events(visit.actor())
    names = {person.id: person.name for person in visit.desk().people()}
    rows = [
        (moment(event.at), str((event.body or {}).get("who", "erased")), event.what,
         names.get(str((event.body or {}).get("about", "")), ""), str((event.body or {}).get("how", "")))
        for event in reversed(events[-MOST:])
    ]  # fmt: skip
    return page("audit.html.j2", title="Audit", rows=rows, faults=visit.desk().faults(visit.actor()), total=len(events))
