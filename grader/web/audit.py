"""What happened with people, and whether the chain of it holds. What happened in a case stands with the case."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from grader.web import happened, visit
from grader.web.render import page


def show() -> ResponseReturnValue:
    newest = visit.desk().latest(visit.actor(), limit=1)
    return page(
        "audit.html.j2", title="Audit", events=happened.page_of(), faults=visit.desk().faults(visit.actor()),
        total=newest[0].number if newest else 0,
    )  # fmt: skip
