"""An afternoon in a real browser: three people and a bar raiser rate shipped submissions, a lead closes them.

A gap of two levels is settled, one person steps back, one dissents, a letter goes out: by what stands on the pages, of
four cases on Postgres; tests/test_web_panel.py closes twelve without a browser, on SQLite too. Where all give the
same levels, and nothing is to be seen that is not to be seen of another case, the form is sent without a browser. Only
what the hidden tests saw is played.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from waitress import create_server

from tests.store_fixtures import Cluster
from tests.web_fixtures import CHALLENGES, OPERATOR, PASSWORD, House, Visitor, house
from tests.web_panel import keep

pytestmark = pytest.mark.browser
LEVELS = {"Ann": 2, "Ben": 2, "Cem": 4, "Ines": 4}
"""What each gives for the first criterion where they lie apart."""
APART, LEFT = {"S1"}, "S2"
CASES = 4
SEEN = {*APART, LEFT}
"""Blind ids of the cases that are rated, opened, settled and decided in the browser."""
As = Callable[[str], Page]


@pytest.fixture
def home(postgres: Cluster, tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path, postgres.database())
    for name in ("Ann", "Ben", "Cem"):
        made.person(name, team="search")
    made.person("Ines", "bar_raiser", team="payments")
    made.person("Lea", "lead")
    keep(made, CASES)
    yield made
    made.store.close()


@pytest.fixture
def signed_in(browser: Browser, home: House) -> Iterator[As]:
    """A window for each person, who has signed in by name and password; what it complains of fails the test."""
    server: Any = create_server(home.app, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=False)
    threading.Thread(target=server.run, daemon=True).start()
    windows, complaints = dict[str, Page](), list[str]()

    def window(name: str) -> Page:
        if name not in windows:
            address = f"http://127.0.0.1:{server.effective_port}"
            page = windows[name] = browser.new_context(base_url=address, reduced_motion="reduce").new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto("/sign-in")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
        return windows[name]

    yield window
    for page in windows.values():
        page.context.close()
    server.close()
    assert [text for text in complaints if "status of 409" not in text] == []


@pytest.mark.timeout(600)
def test_a_panel_of_three_closes_all_cases_in_an_afternoon(home: House, signed_in: As) -> None:
    ask(signed_in("Lea"))
    cases = {f"/cases/{row.case}": row.blind for row in home.desk.cases(OPERATOR).rows}
    assert len(cases) == CASES
    for name in LEVELS:
        rate_all(home.visitor(name), signed_in(name), name, len(cases))
    lead, unseen = signed_in("Lea"), home.visitor("Lea")
    assert paths(lead, "/cases", "cases") == list(cases)
    assert sorted(settle(lead, path) for path, blind in cases.items() if blind in SEEN) == [0, 1]
    for path in (path for path, blind in cases.items() if blind not in SEEN):
        assert unseen.post(f"{path}/reveal").status_code == 303
        assert "Nothing is open" in unseen.get(f"{path}/debrief").text
        form = {"outcome": "decline", "why": "As the panel sees it."}
        assert unseen.post(f"{path}/decide", form).status_code == 303
    dissent(signed_in("Ines"))
    for path, blind in cases.items():
        if blind in SEEN:
            decide(lead, path, "Advance" if blind == LEFT else "Decline")
    release(lead)
    stages = [row.state for row in home.desk.cases(OPERATOR).rows]
    assert (stages.count("released"), stages.count("decided")) == (1, len(cases) - 1)


def ask(lead: Page) -> None:
    lead.goto("/assign")
    lead.get_by_label("a bar raiser’s among them").check()
    lead.get_by_role("button", name="Open their cases").click()
    lead.get_by_label("Assessors of each case").fill("3")
    lead.get_by_label("and a bar raiser from another team").check()
    lead.get_by_role("button", name="Show the plan").click()
    expect(lead.get_by_role("heading", name="This would be asked")).to_be_visible()
    lead.get_by_role("button", name="Ask them").click()
    expect(lead.get_by_role("heading", level=1)).to_have_text("Cases")


def paths(page: Page, where: str, kind: str) -> list[str]:
    page.goto(where)
    return list(dict.fromkeys(re.findall(rf'href="(/{kind}/\w{{32}})"', page.content())))


def rate_all(visitor: Visitor, page: Page, name: str, many: int) -> None:
    """Works down a queue of so `many`. Cem steps back from one."""
    page.goto("/")
    links = page.locator("main th a").all()
    queue = [(link.get_attribute("href") or "", link.inner_text().removeprefix("Candidate ")) for link in links]
    assert len(queue) == many
    for path, who in queue:
        if who not in SEEN:
            assert visitor.post(f"{path}/submit", same_for_all()).status_code == 303
            continue
        page.goto(path)
        if name == "Cem" and who == LEFT:
            page.get_by_text("Not mine to rate").click()
            page.get_by_label("Why you step back").fill("I know the author.")
            page.get_by_role("button", name="Step back from this case").click()
            continue
        for number, criterion in enumerate(criteria()):
            level = LEVELS[name] if who in APART and number == 0 else 3
            page.locator(f'input[name="{criterion}:level"][value="{level}"]').check()
            page.locator(f'textarea[name="{criterion}:note"]').fill("Seen in the documents.")
        page.locator("#rationale").fill("What the documents show.")
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Handed in")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits for you")


def same_for_all() -> dict[str, str]:
    given = {f"{one}:level": "3" for one in criteria()} | {
        f"{one}:note": "Seen in the documents." for one in criteria()
    }
    return {"version": "0", "rationale": "What the documents show.", **given}


@functools.cache
def criteria() -> list[str]:
    from grader.challenge import load_pack

    return [one.id for one in load_pack(CHALLENGES / "eval-design").rubric.criteria]


def settle(lead: Page, path: str) -> int:
    """Opens a case to all and settles what is open between people: how many criteria."""
    lead.goto(path)
    lead.get_by_role("button", name="Open the case").click()
    count = 0
    while not re.match("Nothing is open", lead.get_by_role("heading", level=1).inner_text()):
        part = lead.locator("section.part", has=lead.locator("p.is-open")).first
        part.get_by_label("Level").select_option("3")
        part.get_by_label("Why").fill("The cases show it, the prose does not.")
        part.get_by_role("button", name="Settle").click()
        count += 1
    return count


def dissent(page: Page) -> None:
    page.goto("/")
    page.locator("main a[href$='/debrief']").first.click()
    page.get_by_label("I dissent").check()
    page.get_by_label("In your words").fill("The gate is too loose.")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("Dissents:")).to_be_visible()


def decide(lead: Page, path: str, outcome: str) -> None:
    lead.goto(f"{path}/debrief")
    lead.get_by_label(outcome, exact=True).check()
    lead.locator("#decide-why").fill("As the panel sees it.")
    lead.get_by_role("button", name="Decide").click()
    expect(lead.get_by_role("heading", level=1)).to_have_text(outcome)


def release(lead: Page) -> None:
    text = lead.locator("#letter-text")
    draft = text.input_value()
    assert "Seen in the documents." not in draft, "nobody marked it for the candidate"
    lead.get_by_role("button", name="Release it").click()
    expect(lead.get_by_text("still a draft")).to_be_visible()
    written = re.sub(r"<!--.*?-->", "", draft, flags=re.DOTALL)
    text.fill(written.replace("[name]", "Cara").replace("[your name]", "Lea"))
    lead.get_by_role("button", name="Release it").click()
    expect(lead.get_by_text("Released on")).to_be_visible()
