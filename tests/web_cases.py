"""Cases that are settled, by who gave which level."""

from __future__ import annotations

from collections.abc import Mapping

from grader.ratings.sheet import Said, Sheet
from grader.review.records import Actor
from tests import report_fixtures as saved
from tests.web_fixtures import OPERATOR, House

CRITERION = "clarity"


def settled_case(home: House, number: int, given: Mapping[str, int], level: int = 3, *, lead: str = "Lea") -> None:
    """A case that these people rated, opened to all, and one criterion of it settled by a lead."""
    case = home.case(f"D{number}", *given)
    for name, mine in given.items():
        said = tuple(Said(criterion=one.id, level=mine if one.id == CRITERION else 3, note="so it is",
                          evidence=("DECISIONS.md:12",)) for one in saved.rubric().criteria)  # fmt: skip
        sheet = Sheet(said=said, rationale="in all")
        home.desk.submit(Actor(person=home.people[name]), case.id, sheet, version=0)
    home.desk.reveal(OPERATOR, case.id)
    home.desk.adjudicate(Actor(person=home.people[lead]), case.id, CRITERION, level, "seen together")
    home.watch.later(hours=1)
