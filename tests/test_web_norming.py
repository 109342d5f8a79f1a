"""Norming on the pages: a lead picks cases, people rate them blind, all compare, an anchor is mended, and once more."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from grader.review.records import Actor
from tests.web_fixtures import OPERATOR, House, Visitor, house, levels

pytestmark = [pytest.mark.xdist_group("web-norming"), pytest.mark.slow]
CRITERION = "clarity"
WORDS = "nobody else may read this yet"


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """On SQLite, where a test asks for no other: what a session does in a store is held on both by
    tests/test_review_norming.py."""
    kind = getattr(request, "param", "sqlite")
    made = furnished(tmp_path, "" if kind == "sqlite" else request.getfixturevalue("postgres").database())
    yield made
    made.store.close()


def furnished(folder: Path, url: str = "") -> House:
    """Two revealed cases on which Ann and Bob lay apart on clarity; Cem and Dee have seen neither."""
    made = house(folder, url)
    for name in ("Ann", "Bob", "Cem", "Dee"):
        made.person(name)
    made.person("Lea", "lead")
    for blind in ("C1", "C2"):
        case = made.case(blind, "Ann", "Bob")
        for name, level in (("Ann", 2), ("Bob", 4)):
            answer = made.visitor(name).post(f"/rate/{case.id}/submit", levels(case, {CRITERION: level}))
            assert answer.status_code == 303
        made.desk.reveal(OPERATOR, case.id)
    return made


def opened(home: House, *names: str) -> str:
    """The address of a session that Lea opens on both cases."""
    lead = home.visitor("Lea")
    lead.get("/sessions")
    form = {"challenge": "rag-triage", "criterion": CRITERION, "case": [case.id for case in home.cases.values()],
            "person": [home.people[name].id for name in names]}  # fmt: skip
    answer = lead.post("/sessions", form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def rated(home: House, browser: Visitor, path: str, *given: int, note: str = "") -> int:
    """Fills in the form for the cases in their order, as many as `given` has levels."""
    browser.get(path)
    form = {}
    for case, level in zip(home.cases.values(), given, strict=False):
        form |= {f"level:{case.id}": str(level), f"note:{case.id}": note}
    return browser.post(f"{path}/rate", form).status_code


def test_a_lead_may_norm_by_texts_that_nobody_sent(home: House) -> None:
    lead = home.visitor("Lea")
    page = lead.get("/sessions?challenge=trace-replay&criterion=hypotheses&source=authored").text
    items = re.findall(r'name="item" value="([\w-]+)"', page)
    assert len(items) > 5
    assert "../" not in page
    form = {"challenge": "trace-replay", "criterion": "hypotheses", "source": "authored", "item": items[:2],
            "person": [home.people[name].id for name in ("Cem", "Dee")]}  # fmt: skip
    answer = lead.post("/sessions", form)
    assert answer.status_code == 303, answer.text
    path = str(answer.headers["Location"])
    cem = home.visitor("Cem")
    shown = cem.get(path).text
    assert shown.count("Authored text hypotheses-") >= 2
    work = re.search(r'href="(/sessions/\w+/work/\w+)"', shown)
    assert work
    assert "Authored text" in cem.get(work[1]).text
    assert "Authored" not in lead.get("/cases").text
    assert lead.get("/sessions?challenge=../challenges/trace-replay&source=authored").status_code == 200
    assert lead.get(f"/sessions?challenge=rag-triage&criterion={CRITERION}&source=judge").text.count('name="case"') == 0


def test_a_lead_picks_the_cases_on_which_people_lay_apart(home: House) -> None:
    lead = home.visitor("Lea")
    assert "Show its criteria" in lead.get("/sessions").text
    assert CRITERION in lead.get("/sessions?challenge=rag-triage").text
    page = lead.get(f"/sessions?challenge=rag-triage&criterion={CRITERION}").text
    assert page.count('name="case"') == 2
    assert page.count("levels 2, 4") == 2
    assert "nobody lay apart" in lead.get("/sessions?challenge=rag-triage&criterion=record").text
    path = opened(home, "Cem", "Dee")
    assert path in home.visitor("Cem").get("/sessions").text
    assert path in lead.get("/sessions").text
    assert path not in home.visitor("Ann").get("/sessions").text


def test_a_session_of_one_rater_or_none_of_the_cases_is_refused_with_what_was_chosen(home: House) -> None:
    lead = home.visitor("Lea")
    lead.get("/sessions")
    case = home.cases["C1"].id
    form = {"challenge": "rag-triage", "criterion": CRITERION, "case": case, "person": home.people["Cem"].id}
    answer = lead.post("/sessions", form)
    assert answer.status_code == 409
    assert "two raters at least" in answer.text
    assert f'value="{case}" checked' in answer.text


@pytest.mark.parametrize("home", ["sqlite", "postgres"], indirect=True)
def test_a_whole_session_by_forms_alone(home: House) -> None:
    path = opened(home, "Cem", "Dee")
    cem, dee, lead = home.visitor("Cem"), home.visitor("Dee"), home.visitor("Lea")
    case = home.cases["C1"].id
    assert "2 of 2 to rate" in cem.get(path).text
    work = cem.get(f"{path}/work/{case}").text
    assert "DECISIONS.md" in work
    assert "Person C1" not in work
    assert cem.get(f"{path}/work/{case}/DECISIONS.md").status_code == 200
    assert cem.get(f"{path}/work/{case}/none.md").status_code == 404
    assert rated(home, cem, path, 2) == 303
    assert "1 of 2 to rate" in cem.get(path).text
    assert rated(home, cem, path, 2, 3, note="by the letter") == 303
    answer = lead.post(f"{path}/compare")
    assert answer.status_code == 409
    assert "Not yet" in answer.text
    assert rated(home, dee, path, 4, 3, note="<b>by the spirit</b>") == 303
    assert "2 of 2 raters are through" in lead.get(path).text
    assert lead.post(f"{path}/compare").status_code == 303

    page = dee.get(f"{path}/compare").text
    assert "by the letter" in page
    assert "&lt;b&gt;by the spirit" in page
    assert page.index("2 levels apart") < page.index("all gave 3")
    assert "Cem" not in page, "raters are not named to each other"
    assert "Cem" in lead.get(f"{path}/compare").text
    assert dee.get(path).headers["Location"] == f"{path}/compare"
    assert rated(home, dee, path, 5) == 422

    dee.get(f"{path}/anchors")
    missing = dee.post(f"{path}/anchors", {"level": "3", "text": "As 2, and a reader finds the way.", "why": " "})
    assert missing.status_code == 409
    assert "a reader finds the way" in missing.text, "what was written is given back"
    form = {"level": "3", "text": "As 2, and a reader finds the way.", "why": "we read `clear` in two ways"}
    assert dee.post(f"{path}/anchors", form).status_code == 303
    page = cem.get(f"{path}/anchors").text
    assert '<span class="in">+3: As 2, and a reader finds the way.' in page
    assert "we read `clear` in two ways" in page
    second_round(home, path)


def second_round(home: House, path: str) -> None:
    cem, dee, lead = home.visitor("Cem"), home.visitor("Dee"), home.visitor("Lea")
    lead.get(f"{path}/compare")
    assert lead.post(f"{path}/again").status_code == 303
    page = cem.get(path).text
    assert "2 of 2 to rate" in page
    assert "As 2, and a reader finds the way." in page
    for browser in (cem, dee):
        assert rated(home, browser, path, 3, 3) == 303
    lead.get(path)
    assert lead.post(f"{path}/compare").status_code == 303
    page = cem.get(f"{path}/compare").text
    rounds = re.findall(r'main-cell">(Before|After)</th>.*?the same">(\d of \d)', page)
    assert rounds == [("Before", "1 of 2"), ("After", "2 of 2")]
    assert "before: 4" in page


def test_a_note_without_a_level_is_given_back(home: House) -> None:
    path = opened(home, "Cem", "Dee")
    cem = home.visitor("Cem")
    cem.get(path)
    one, two = (case.id for case in home.cases.values())
    answer = cem.post(f"{path}/rate", {f"note:{one}": "a thought", f"level:{two}": "4"})
    assert answer.status_code == 422
    assert "Choose a level for Candidate C1" in answer.text
    assert "a thought" in answer.text
    assert home.desk.norming(Actor(person=home.people["Cem"]), path.rsplit("/", 1)[1]).own == {two: 4}


@pytest.mark.parametrize("level", ["9", "-1", "two", "", "²", "0" * 5])
def test_a_level_that_the_criterion_does_not_have_is_not_kept(tmp_path: Path, level: str) -> None:
    made = furnished(tmp_path)
    path = opened(made, "Cem", "Dee")
    cem = made.visitor("Cem")
    cem.get(path)
    answer = cem.post(f"{path}/rate", {f"level:{made.cases['C1'].id}": level, f"note:{made.cases['C1'].id}": "so"})
    assert answer.status_code == 422
    assert made.desk.norming(Actor(person=made.people["Cem"]), path.rsplit("/", 1)[1]).own == {}
    made.store.close()


def routes(path: str, cases: list[str]) -> list[tuple[str, str]]:
    """Every address of a session, with each case and one that is not there."""
    found = [("GET", "/sessions"), ("GET", "/reliability"), ("GET", "/"), ("POST", "/sessions"), ("GET", path)]
    found += [(method, f"{path}/{name}") for method in ("GET", "POST") for name in ("compare", "anchors")]
    found += [("POST", f"{path}/rate"), ("POST", f"{path}/again")]
    for case in [*cases, "f" * 32]:
        found += [("GET", f"{path}/work/{case}"), ("GET", f"{path}/work/{case}/DECISIONS.md")]
    return found


def test_somebody_who_was_not_asked_or_is_close_to_the_candidate_finds_nothing(home: House) -> None:
    path = opened(home, "Cem", "Dee")
    home.person("Kin", candidates=("C1",))
    cases = [case.id for case in home.cases.values()]
    for method, address in routes(path, cases):
        if path in address:
            assert home.visitor("Ann").client.open(address, method=method).status_code in {400, 404}, address
    with_kin = opened(home, "Kin", "Dee")
    kin = home.visitor("Kin")
    assert "Candidate C1" not in kin.get(with_kin).text
    assert kin.get(f"{with_kin}/work/{cases[0]}").status_code == 404
    assert kin.get(f"{with_kin}/work/{cases[1]}").status_code == 200
    assert rated(home, kin, with_kin, 3, 3) == 303
    assert list(home.desk.norming(Actor(person=home.people["Kin"]), with_kin.rsplit("/", 1)[1]).own) == [cases[1]]
    assert rated(home, home.visitor("Dee"), with_kin, 2, 2) == 303
    lead = home.visitor("Lea")
    lead.get(with_kin)
    assert lead.post(f"{with_kin}/compare").status_code == 303, "who is close to a candidate keeps nobody waiting"
    assert "Candidate C1" not in kin.get(f"{with_kin}/compare").text


def test_whoever_rates_an_opened_case_afresh_sees_nothing_of_it_in_a_session(home: House) -> None:
    path = opened(home, "Cem", "Dee")
    case = home.cases["C1"].id
    for name in ("Cem", "Dee"):
        assert rated(home, home.visitor(name), path, 2, 3, note=WORDS) == 303
    home.desk.compare(OPERATOR, path.rsplit("/", 1)[1])
    assert "Candidate C1" in home.visitor("Cem").get(f"{path}/compare").text
    home.desk.reopen(OPERATOR, case, "again", [home.people["Cem"]])
    cem = home.visitor("Cem")
    assert f"c-{case}" not in cem.get(f"{path}/compare").text
    assert cem.get(f"{path}/work/{case}").status_code == 404
    assert cem.get(f"/rate/{case}").status_code == 200


# ---------------------------------------------------------------------------------------------- two worlds


@pytest.fixture
def _form_tokens_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: 1_790_000_000)


def worlds(folder: Path, who: str) -> tuple[list[House], list[Visitor], str]:
    """Two copies of one store with a session of Cem, Dee and Lea, and a browser in each with the same cookie."""
    first = furnished(folder / "a")
    path = opened(first, "Cem", "Dee", "Lea")
    cookie = first.visitor(who).client.get_cookie("grade")
    assert cookie is not None
    first.store.close()
    shutil.copytree(folder / "a", folder / "b")
    houses, browsers = [], []
    for name in ("a", "b"):
        made = house(folder / name)
        made.people, made.cases = first.people, first.cases
        browser = made.visitor()
        browser.client.set_cookie("grade", cookie.value)
        browser.get("/")
        houses.append(made)
        browsers.append(browser)
    return houses, browsers, path


@pytest.mark.usefixtures("_form_tokens_of_one_second")
@pytest.mark.parametrize("who", ["Cem", "Lea"])
def test_until_levels_are_compared_a_rater_sees_the_same_whatever_others_give(tmp_path: Path, who: str) -> None:
    """To the byte, over every address of the session; Lea leads, and rates in it as well."""
    houses, browsers, path = worlds(tmp_path, who)
    cases = list(houses[0].cases.values())
    others = {"Cem", "Dee", "Lea"} - {who}
    for name, (number, case) in itertools.product(others, enumerate(cases)):
        houses[0].desk.norm(Actor(person=houses[0].people[name]), path.rsplit("/", 1)[1], case.id, 2 + number, WORDS)
    forms: tuple[dict[str, str], ...] = ({}, {f"level:{cases[0].id}": "3"}, {"early": "yes"},
                                         {"level": "3", "text": "x", "why": "y"})  # fmt: skip
    for (method, address), form in itertools.product(routes(path, [case.id for case in cases]), forms):
        if method == "GET" and form:
            continue
        full, empty = (browser.get(address) if method == "GET" else browser.post(address, form) for browser in browsers)
        assert (full.status_code, list(full.headers), full.data) == (
            empty.status_code, list(empty.headers), empty.data,
        ), (method, address, form)  # fmt: skip
        assert WORDS not in full.text
    for made in houses:
        made.store.close()


@pytest.mark.usefixtures("_form_tokens_of_one_second")
def test_the_same_worlds_differ_once_levels_are_compared(tmp_path: Path) -> None:
    """The comparison above can fail."""
    houses, browsers, path = worlds(tmp_path, "Cem")
    session = path.rsplit("/", 1)[1]
    for made, level in zip(houses, (2, 4), strict=True):
        for name, case in itertools.product(("Cem", "Dee", "Lea"), made.cases.values()):
            given = 3 if name == "Cem" else level
            made.desk.norm(Actor(person=made.people[name]), session, case.id, given, WORDS)
        made.desk.compare(OPERATOR, session)
    full, other = (browser.get(f"{path}/compare") for browser in browsers)
    assert full.status_code == other.status_code == 200
    assert full.data != other.data
    assert WORDS in full.text
    for made in houses:
        made.store.close()
