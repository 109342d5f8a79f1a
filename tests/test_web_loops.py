"""Pages of live rounds and of a candidate's loop: the card, blind to the byte until all are opened at once; what is
typed is never lost; and text of whomever is text."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from grader.ratings.sheet import Said, Sheet
from grader.review.records import Actor
from tests.loop_fixtures import ask, hand_in
from tests.web_fixtures import House, Visitor, house

pytestmark = pytest.mark.slow
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home")
    for name in ("Ann", "Bob", "Cem"):
        made.person(name)
    made.person("Lea", "lead")
    yield made
    made.store.close()


@pytest.fixture
def rounds(home: House) -> tuple[str, str, str]:
    """The blind id, and the cases of a past project held by Ann and Bob, and of a design round held by Cem."""
    first = ask(home.desk, "past-project", "Cara Doe", home.people["Ann"])
    ask(home.desk, "past-project", "Cara Doe", home.people["Bob"])
    design = ask(home.desk, "system-design", "Cara Doe", home.people["Cem"])
    return first.blind, first.id, design.id


def filled(browser: Visitor, case: str, level: int | str = 3, words: str = "they said so") -> dict[str, str]:
    """The card's fields, as the page names them, all filled in."""
    page = browser.get(f"/rounds/{case}").text
    names = dict.fromkeys(re.findall(r'name="([a-z-]+):level"', page))
    found = {"version": re.findall(r'name="version" value="(\d+)"', page)[0], "rationale": words}
    for name in names:
        found |= {f"{name}:level": str(level), f"{name}:evidence": words}
    return found


def test_the_round_has_the_kit_the_card_and_evidence_before_the_level(
    home: House, rounds: tuple[str, str, str]
) -> None:
    _, _, design = rounds
    page = home.visitor("Cem").get(f"/rounds/{design}").text
    assert "Load sheet" in page
    assert "What the sheet comes to" in page
    assert "Cara Doe" not in page
    for name in ("sizing", "alternatives", "failing", "uncertainty"):
        assert page.index(f'name="{name}:evidence"') < page.index(f'name="{name}:level"')
    assert home.visitor("Cem").get(f"/rate/{design}").location == f"/rounds/{design}"
    assert home.visitor("Cem").get(f"/cases/{design}/debrief").location == f"/rounds/{design}"


def test_only_whoever_holds_a_round_opens_it(home: House, rounds: tuple[str, str, str]) -> None:
    _, project, design = rounds
    home.case("C1", "Ann")
    for name, path in (("Ann", design), ("Lea", design), ("Lea", project), ("Ann", home.cases["C1"].id)):
        browser = home.visitor(name)
        assert browser.get(f"/rounds/{path}").status_code == 404
        for act in ("draft", "submit", "withdraw", "recuse"):
            assert browser.post(f"/rounds/{path}/{act}", {"version": "0", "why": "x"}).status_code == 404
    holder = home.visitor("Cem")
    for act in ("draft", "submit", "withdraw", "recuse", "amend"):
        assert holder.post(f"/rate/{design}/{act}", {"version": "0", "why": "x"}).status_code == 404


def test_a_card_is_handed_in_taken_back_and_handed_in_again(home: House, rounds: tuple[str, str, str]) -> None:
    _, project, _ = rounds
    ann = home.visitor("Ann")
    bare = {key: value for key, value in filled(ann, project).items() if not key.endswith(":evidence")}
    refused = ann.post(f"/rounds/{project}/submit", bare)
    assert refused.status_code == 422
    assert refused.text.count("This has a level and nothing that it rests on") == 4
    assert "they said so" in refused.text
    sent = ann.post(f"/rounds/{project}/submit", filled(ann, project))
    assert sent.status_code == 303
    page = ann.get(f"/rounds/{project}").text
    assert "You handed this card in on" in page
    assert "they said so" in page
    ann.post(f"/rounds/{project}/withdraw")
    assert 'id="rate"' in ann.get(f"/rounds/{project}").text


def test_two_windows_lose_nobodys_words(home: House, rounds: tuple[str, str, str]) -> None:
    _, project, _ = rounds
    ann = home.visitor("Ann")
    form = filled(ann, project)
    ann.post(f"/rounds/{project}/draft", {**form, "rationale": "first window"})
    clash = ann.post(f"/rounds/{project}/draft", {**form, "rationale": "second window"})
    assert clash.status_code == 409
    assert "first window" in clash.text
    assert "second window" in clash.text
    assert f'action="/rounds/{project}/draft"' in clash.text


def test_a_session_that_ended_gives_the_card_back_filled_in(home: House, rounds: tuple[str, str, str]) -> None:
    _, project, _ = rounds
    ann = home.visitor("Ann")
    form = filled(ann, project, words="typed before it ended")
    home.watch.later(days=40)
    ended = ann.post(f"/rounds/{project}/draft", form)
    assert ended.status_code == 401
    hidden = dict(re.findall(r'name="(carried:[^"]+)" value="([^"]*)"', ended.text))
    target = re.findall(r'name="next" value="([^"]*)"', ended.text)[0]
    back = ann.post("/sign-in", {"name": "Ann", "password": "four words nobody says", "next": target, **hidden})
    assert "typed before it ended" in back.text
    latest = home.desk.view(Actor(person=home.people["Ann"]), project).own
    assert latest is not None
    assert latest.latest is not None
    assert latest.latest.sheet.rationale == "typed before it ended"


def test_what_people_type_is_text_on_every_page(home: House, rounds: tuple[str, str, str]) -> None:
    blind, project, design = rounds
    ann = home.visitor("Ann")
    ann.post(f"/rounds/{project}/submit", filled(ann, project, words=HOSTILE))
    for name, case in (("Bob", project), ("Cem", design)):
        hand_in(home.desk, home.people[name], case)
    lea = home.visitor("Lea")
    lea.get(f"/loops/{blind}")
    assert lea.post(f"/loops/{blind}/open").status_code == 303
    for browser, path in ((ann, f"/loops/{blind}"), (lea, f"/loops/{blind}")):
        page = browser.get(path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_lead_sees_states_until_the_cards_are_open_and_then_what_they_say(
    home: House, rounds: tuple[str, str, str]
) -> None:
    blind, project, design = rounds
    for name in ("Ann", "Bob"):
        hand_in(home.desk, home.people[name], project, 4, words="OF THE PROJECT")
    lea = home.visitor("Lea")
    assert f"/loops/{blind}" in lea.get("/loops").text
    page = lea.get(f"/loops/{blind}").text
    assert "OF THE PROJECT" not in page
    assert "1 of those who were asked have not handed in their card." in page
    assert lea.post(f"/loops/{blind}/open").status_code == 409
    hand_in(home.desk, home.people["Cem"], design, 4)
    lea.post(f"/loops/{blind}/open")
    page = lea.get(f"/loops/{blind}").text
    assert "OF THE PROJECT" in page
    assert "Reviewer A" in page
    assert home.visitor("Ann").get(f"/rate/{project}").location == f"/rounds/{project}"
    assert home.visitor("Ann").get(f"/rounds/{project}").location == f"/loops/{blind}"
    assert home.visitor("Ann").get(f"/loops/{blind.lower()}").status_code == 200
    assert home.visitor("Ann").get("/loops/NOBODY").status_code == 404
    assert home.visitor("Ann").post(f"/loops/{blind}/open").status_code == 404


# ------------------------------------------------------------------------------------------------ two worlds


ACTS = {
    "nothing": lambda home, case: None,
    "saves": lambda home, case: home.desk.save(
        Actor(person=home.people["Bob"]), case, Sheet(said=(Said(criterion="own-part", level=1, note="secret"),)),
        version=0,
    ),
    "hands in 5": lambda home, case: hand_in(home.desk, home.people["Bob"], case, 5, words="secret"),
    "hands in 1": lambda home, case: hand_in(home.desk, home.people["Bob"], case, 1, words="other", lean="strong_no"),
    "steps back": lambda home, case: home.desk.recuse(Actor(person=home.people["Bob"]), case, "secret"),
}  # fmt: skip


@pytest.mark.parametrize("who", ["Ann", "Lea"])
def test_whatever_others_write_whoever_still_rates_is_answered_the_same_to_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Ann and Lea, a lead, hold rounds that Bob holds too. In each world Bob does something else."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: 1_790_000_000)
    first = house(tmp_path / "day")
    for name, role in (("Ann", "reviewer"), ("Bob", "reviewer"), ("Lea", "lead")):
        first.person(name, role)  # type: ignore[arg-type]
    case = ask(first.desk, "past-project", "Cara Doe", first.people["Ann"])
    for name in ("Bob", "Lea"):
        ask(first.desk, "past-project", "Cara Doe", first.people[name])
    other = ask(first.desk, "system-design", "Cara Doe", first.people["Bob"])
    cookie = first.visitor(who).client.get_cookie("grade")
    assert cookie is not None
    first.store.close()
    answers = {}
    for name, act in ACTS.items():
        folder = tmp_path / name.replace(" ", "-")
        shutil.copytree(tmp_path / "day", folder)
        world = house(folder)
        world.people, world.watch.now = first.people, first.watch.now
        act(world, case.id)
        if name.startswith("hands in"):
            hand_in(world.desk, world.people["Bob"], other.id, 2, words="secret too")
        browser = world.visitor()
        browser.client.set_cookie("grade", cookie.value)
        browser.get("/")
        asked = []
        for path in ("/", f"/rounds/{case.id}", f"/rate/{case.id}", f"/cases/{case.id}", f"/cases/{case.id}/debrief",
                     f"/loops/{case.blind}", "/loops", "/cases", "/reliability", f"/rounds/{other.id}"):  # fmt: skip
            answer = browser.get(path)
            asked.append((path, answer.status_code, list(answer.headers), answer.data))
        for path in (f"/loops/{case.blind}/open", f"/cases/{case.id}/reveal", f"/rounds/{case.id}/draft"):
            answer = browser.post(path, {"early": "yes", "why": "now", "version": "0", "rationale": "mine"})
            asked.append((path, answer.status_code, list(answer.headers), answer.data))
        answers[name] = asked
        world.store.close()
    for name, found in answers.items():
        for mine, base in zip(found, answers["nothing"], strict=True):
            assert mine == base, (name, mine[0])
    assert any(status == 200 and b"Past" not in data for _, status, _, data in answers["nothing"])
