"""The drift of raters on the reliability page: own for everybody, others' for leads, and nothing drawn of few cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.agreement.thresholds import FEW
from grader.ratings.sheet import Said, Sheet
from grader.review.records import Actor
from tests import report_fixtures as saved
from tests.web_fixtures import OPERATOR, House, house

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


def drifted(folder: Path, cases: int = FEW) -> House:
    """Ann scatters around what is settled; Bob turns lenient. Cem rated the last case only."""
    home = house(folder)
    for name in ("Ann", "Bob", "Cem"):
        home.person(name)
    home.person("Lea", "lead")
    for number in range(cases):
        ann, bob = 3 + (1, -1, 0)[number % 3], 3 + ((0, 1, -1)[number % 3] if number < cases // 2 else 2)
        more = {"Cem": 2} if number == cases - 1 else {}
        settled_case(home, number, {"Ann": ann, "Bob": bob, **more})
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = drifted(tmp_path_factory.mktemp("drift"))
    yield made
    made.store.close()


def rows(page: str) -> dict[str, str]:
    """Person → their row of the table of drift, without markup."""
    part = page.partition('id="drift"')[2].partition("</table>")[0]
    found = re.findall(r'main-cell">(\w+)</th>(.*?)</tr>', part)
    return {name: re.sub(r"<[^>]+>", " ", text) for name, text in found}


def test_a_lead_sees_who_moves_away_and_from_which_case_on(home: House) -> None:
    page = home.visitor("Lea").get("/reliability").text
    assert list(rows(page)) == ["Ann", "Bob", "Cem"]
    assert "none" in rows(page)["Ann"]
    assert re.search(r"case (1[6-9]|2\d)", rows(page)["Bob"]), rows(page)["Bob"]
    assert f"too few to tell: 1 of {FEW}" in rows(page)["Cem"]
    assert page.count('<polyline class="mean"') == 2
    assert page.count('class="beyond"') == page.count("<td>beyond</td>") > 0
    assert page.count("<tr><td>1</td>") == 2, "each drawing has its table"


def test_a_rater_sees_their_own_and_nobody_elses(home: House) -> None:
    page = home.visitor("Ann").get("/reliability").text
    assert list(rows(page)) == ["Ann"]
    assert page.count('<polyline class="mean"') == 1
    assert "Bob" not in page
    assert rows(home.visitor("Cem").get("/reliability").text)["Cem"].count("too few to tell") == 1


def test_a_lead_who_still_rates_sees_their_own_only(home: House) -> None:
    case = home.case("OPEN", "Lea", "Ann")
    page = home.visitor("Lea").get("/reliability").text
    assert "Bob" not in page
    home.desk.recuse(Actor(person=home.people["Lea"]), case.id, "not mine")
    assert "Bob" in home.visitor("Lea").get("/reliability").text


def test_below_thirty_cases_nothing_is_drawn(tmp_path: Path) -> None:
    made = drifted(tmp_path, 3)
    page = made.visitor("Lea").get("/reliability").text
    assert "polyline" not in page
    assert all("too few to tell" in row for row in rows(page).values())
    made.store.close()
