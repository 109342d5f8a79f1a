"""An afternoon on the pages: a panel of three and a bar raiser rate twelve shipped submissions, and a lead closes them.

What the hidden tests saw is played here; the submissions, the rubric, the store, the pages and the rules are real. On
SQLite: on Postgres tests/browser/test_web_afternoon.py closes four on the pages, and tests/test_review_afternoon.py
twelve at the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.web_fixtures import House, house
from tests.web_panel import keep

pytestmark = [pytest.mark.xdist_group("web-panel"), pytest.mark.slow]
PANEL = {"Ann": "search", "Ben": "search", "Cem": "search"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    for name, team in PANEL.items():
        made.person(name, team=team)
    made.person("Ines", "bar_raiser", team="payments")
    made.person("Lea", "lead")
    yield made
    made.store.close()


def test_twelve_submissions_in_an_afternoon(home: House) -> None:
    keep(home)
    lead = home.visitor("Lea")
    assert "12 submissions" in lead.get("/assign").text
    form = {"challenge": "eval-design", "minimum": "3", "bar_raiser": "yes"}
    assert lead.post("/assign/cases", form).status_code == 303
    wish = {"each": "2", "bar_raiser": "yes", "cap": ""}
    plan = lead.post("/assign/preview", wish).text
    assert [int(new) for new in re.findall(r"</th><td>(\d+)</td><td><span class=\"progress\">", plan)] == [8, 8, 8, 12]
    digest = re.search(r'name="digest" value="(\w+)"', plan)
    assert digest
    assert lead.post("/assign/ask", {**wish, "digest": digest[1]}).status_code == 303

    stepped_back = rate_all(home)
    ids = re.findall(r'href="/cases/(\w{32})"', lead.get("/cases").text)
    assert len(ids) == 12
    opened = [case for case in ids if lead.post(f"/cases/{case}/reveal").status_code == 303]
    assert sorted(set(ids) - set(opened)) == [stepped_back]
    ask_anew_and_open(home, stepped_back)

    gaps = [case for case in ids if "are open between people" in lead.get(f"/cases/{case}/debrief").text
            or "is open between people" in lead.get(f"/cases/{case}/debrief").text]  # fmt: skip
    assert gaps
    for case in gaps:
        settle(home, case)
    for number, case in enumerate(ids):
        outcome = "advance" if number % 4 == 0 else "decline"
        answer = lead.post(f"/cases/{case}/decide", {"outcome": outcome, "why": "As the panel sees it."})
        assert answer.status_code == 303, answer.text
        page = lead.get(f"/cases/{case}/debrief").text
        assert "final" in page or "advance" in page or "decline" in page
    dissent_and_letter(home, ids[0])
    counts = re.findall(r"(\d) of (\d)</span>", lead.get("/cases").text)
    assert len(counts) == 12
    assert all(inside == asked for inside, asked in counts)


def rate_all(home: House) -> str:
    """Everybody works down their queue; Cem steps back from the first of his. The case that he left. Ann opens each
    work; the others open one, and all forms ask for the same."""
    left = ""
    for at, name in enumerate((*PANEL, "Ines")):
        rater = home.visitor(name)
        queue, page = re.findall(r'href="/rate/(\w{32})"', rater.get("/").text), ""
        for place, case in enumerate(queue):
            page = rater.get(f"/rate/{case}").text if name == "Ann" or place == 0 else page
            if name == "Cem" and place == 0:
                assert rater.post(f"/rate/{case}/recuse", {"why": "I know the author."}).status_code == 303
                left = case
                continue
            answer = rater.post(f"/rate/{case}/submit", filled(page, case, at))
            assert answer.status_code == 303, re.findall(r'class="gap"[^>]*>([^<]+)', answer.text)
        assert "to rate</h1>" not in rater.get("/").text
    return left


def filled(page: str, case: str, at: int) -> dict[str, str]:
    """The form of one rater: near the others, but for one criterion of every sixth case or so."""
    form = {"version": "0", "rationale": "What the documents show."}
    for number, name in enumerate(dict.fromkeys(re.findall(r'name="([a-z-]+):level"', page))):
        level = 2 + int(case[number], 16) % 2 + (1 if at == number % 3 else 0)
        if int(case[5], 16) < 4 and number == 0:
            level = (2, 4, 4, 2)[at]
        form |= {f"{name}:level": str(level), f"{name}:note": "Seen in the documents."}
    return form


def ask_anew_and_open(home: House, case: str) -> None:
    """The case from which somebody stepped back: somebody else is asked, who has nothing to do with it yet."""
    lead = home.visitor("Lea")
    page = lead.get(f"/cases/{case}").text
    free = re.search(r'<option value="(\w{32})">(Ann|Ben), search', page)
    assert free
    assert lead.post(f"/cases/{case}/ask", {"person": free[1], "kind": "assessor"}).status_code == 303
    rater = home.visitor(free[2])
    assert rater.post(f"/rate/{case}/submit", filled(rater.get(f"/rate/{case}").text, case, 0)).status_code == 303
    assert lead.post(f"/cases/{case}/reveal").status_code == 303


def settle(home: House, case: str) -> None:
    lead = home.visitor("Lea")
    page = lead.get(f"/cases/{case}/debrief").text
    for section in page.split('<section class="part" id="c-')[1:]:
        if '<span class="q">open</span>' in section:
            form = {
                "criterion": section.partition('"')[0],
                "level": "3",
                "why": "The cases show it, the prose does not.",
            }
            assert lead.post(f"/cases/{case}/adjudicate", form).status_code == 303


def dissent_and_letter(home: House, case: str) -> None:
    lead, ines = home.visitor("Lea"), home.visitor("Ines")
    ines.get(f"/cases/{case}/debrief")
    assert ines.post(f"/cases/{case}/respond", {"agrees": "no", "words": "The gate is too loose."}).status_code == 303
    page = lead.get(f"/cases/{case}/debrief").text
    assert "The gate is too loose." in page
    draft = re.search(r'<textarea id="letter-text"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert draft
    assert "Seen in the documents." not in draft[1], "nobody marked it for the candidate"
    drafted = lead.post(f"/cases/{case}/letter", {"text": draft[1], "do": "release"})
    assert drafted.status_code == 409
    assert "still a draft: [name], [your name]" in drafted.text
    written = unescape(draft[1]).replace("[name]", "Cara").replace("[your name]", "Lea")
    written = re.sub(r"<!--.*?-->", "", written, flags=re.DOTALL)
    assert lead.post(f"/cases/{case}/letter", {"text": written, "do": "release"}).status_code == 303
    assert "letter sent" not in lead.get("/cases").text
    assert "Released on" in lead.get(f"/cases/{case}/debrief").text
    assert lead.post(f"/cases/{case}/letter", {"text": "another", "do": "keep"}).status_code == 409
