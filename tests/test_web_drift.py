"""The drift of raters on the reliability page: own for everybody, others' for leads, and nothing drawn of few cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.agreement.thresholds import FEW
from grader.review.records import Actor
from tests.web_cases import settled_case
from tests.web_fixtures import House, house, levels

pytestmark = pytest.mark.slow


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


def test_a_lead_chooses_an_anchor_gives_it_and_alone_sees_what_came_of_it(tmp_path: Path) -> None:
    made = house(tmp_path)
    for name in ("Ann", "Bob", "Cem"):
        made.person(name)
    made.person("Lea", "lead")
    settled_case(made, 0, {"Ann": 3, "Bob": 3})
    closed = made.cases["D0"]
    lead = made.visitor("Lea")
    assert "Make it an anchor" not in lead.get(f"/cases/{closed.id}").text, "not decided yet"
    assert lead.post(f"/cases/{closed.id}/anchor", {"chosen": "yes"}).status_code == 409
    made.desk.decide(Actor(person=made.people["Lea"]), closed.id, "decline", "so")
    assert "Make it an anchor" in lead.get(f"/cases/{closed.id}").text
    assert lead.post(f"/cases/{closed.id}/anchor", {"chosen": "yes"}).status_code == 303
    assert "No longer an anchor" in lead.get(f"/cases/{closed.id}").text

    made.case("TASK", "Cem", "Ann")
    wish = {"each": "2", "cap": "", "anchors": "1"}
    assert "1 closed case is an anchor" in lead.get("/assign").text
    plan = lead.post("/assign/preview", wish).text
    assert "no anchor is new to them" in plan, "Ann has rated it"
    digest = re.search(r'name="digest" value="(\w+)"', plan)
    assert digest
    assert lead.post("/assign/ask", {**wish, "digest": digest[1]}).status_code == 303
    cem = made.visitor("Cem")
    seed = next(case for case in re.findall(r"/rate/(\w{32})", cem.get("/").text) if case != made.cases["TASK"].id)
    assert cem.post(f"/rate/{seed}/submit", levels(closed, 2)).status_code == 303

    assert "1 of them anchors" in rows(lead.get("/reliability").text)["Cem"]
    assert "Cem" not in cem.get("/reliability").text.partition('id="drift"')[2]
    for path in ("/cases", "/audit", "/assign"):
        assert seed not in lead.get(path).text, path
    assert lead.get(f"/cases/{seed}").status_code == 404
    made.store.close()
