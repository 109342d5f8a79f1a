"""The pages in a real browser: readable at every width, by keyboard, on paper, without a script, and sealed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from grader.report import render_feedback, render_report
from tests import report_fixtures as saved
from tests.browser.looks import COLOURS, axe, over_the_side, unfold
from tests.patience import until
from tests.report_pages import hostile, many, render

pytestmark = pytest.mark.browser


def report(name: str) -> str:
    return render(saved.ALL[name]())


def letter(name: str) -> str:
    return render_feedback(saved.ALL[name](), saved.challenge(), saved.submission())[0]


def sound_in_both_colours(page: Any) -> None:
    """All rules in one, and in the other those that colours can break."""
    assert axe(page, serious=True) == [], "light"
    page.emulate_media(color_scheme="dark")
    assert axe(page, COLOURS, serious=True) == [], "dark"


# ---------------------------------------------------------------------------------------------- readable


@pytest.mark.parametrize("name", ["needs_review", "rejected", "unscored", "refused"])
def test_axe_finds_nothing_serious_on_a_report_light_or_dark(open_page: Any, name: str) -> None:
    page = open_page(report(name), color_scheme="light").page
    unfold(page)
    sound_in_both_colours(page)


@pytest.mark.parametrize("name", ["needs_review", "accepted", "rejected", "refused"])
def test_axe_finds_nothing_serious_in_a_letter_light_or_dark(open_page: Any, name: str) -> None:
    sound_in_both_colours(open_page(letter(name), color_scheme="light").page)


@pytest.mark.parametrize("kind", [report, letter])
@pytest.mark.parametrize("name", saved.ALL)
def test_nothing_runs_over_the_side(open_page: Any, name: str, kind: Callable[[str], str]) -> None:
    opened = open_page(kind(name))
    assert over_the_side(opened.page) == {}
    assert opened.is_sealed()


def test_hostile_names_do_not_run_over_the_side_either(open_page: Any) -> None:
    grade, submission = hostile()
    long = "x" * 400
    files = {
        **submission.files,
        f"{long}/{long}.py": (long * 9).encode(),
        f"{long}.md": f"# {long}\n\n`{long}`".encode(),
    }
    page = open_page(render(grade, submission=saved.submission(files=dict(sorted(files.items()))))).page
    unfold(page)
    assert over_the_side(page) == {}


def test_the_first_screen_of_a_laptop_holds_the_answer(open_page: Any) -> None:
    page = open_page(report("needs_review"), height=800).page
    for selector in ("h1", ".big", ".scale tr:last-child", ".todo li:nth-child(2)"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= 800, selector


def test_without_a_script_everything_is_there(open_page: Any) -> None:
    opened = open_page(report("needs_review"), java_script_enabled=False)
    page = opened.page
    for said in ("Needs review: one criterion decides", "As 3, with the uncertainty or repeats.", "def search(query"):
        assert page.get_by_text(said).first.is_visible()
    page.get_by_text("Only the 12 that lost points").click()
    assert not page.locator("tr.full").first.is_visible()
    assert page.locator("#tests tr:not(.full)").nth(3).is_visible()
    page.goto(f"{opened.file.as_uri()}#m3a")
    lit = page.locator("#m3a .l").first.evaluate("line => getComputedStyle(line.parentElement).backgroundColor")
    assert lit == "rgb(253, 240, 196)"


def test_why_three_and_not_four_is_two_clicks_away(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.get_by_role("navigation").get_by_role("link", name="Criteria").click()
    section = page.locator("#c-failure-modes")
    assert section.get_by_text("Not 4: they are listed, not ranked by cost.").is_visible()
    assert section.locator(".given").inner_text().split("\n")[0] == "3"
    section.get_by_role("link", name="DECISIONS.md, lines 23–24").click()
    assert page.evaluate("location.hash") == "#m2a"
    assert page.locator('[id="code/DECISIONS.md:23"]').is_visible()
    top = page.locator("#m2a").bounding_box()["y"]
    assert 0 < top < 900


def test_a_link_to_a_line_of_a_folded_file_opens_it(open_page: Any) -> None:
    opened = open_page(report("needs_review"))
    opened.page.evaluate("for (const part of document.querySelectorAll('.file')) part.open = false")
    opened.page.evaluate("location.hash = 'code/triage.py:40'")
    until(lambda: opened.page.evaluate("document.getElementById('code/triage.py').open"))
    assert opened.page.locator('[id="code/triage.py:40"]').is_visible()


# ---------------------------------------------------------------------------------------------- keyboard


def test_j_and_k_walk_through_the_parts(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    seen = []
    for _ in range(4):
        page.keyboard.press("j")
        seen.append(page.evaluate("document.activeElement.id"))
    assert seen == ["tests", "criteria", "c-retrieval", "c-failure-modes"]
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == "c-retrieval"


def test_slash_searches_the_code_and_enter_goes_on(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("citations")
    expect(page.locator(".tree output")).to_have_text("1 of 3 lines")
    expect(page.locator(".l.now")).to_contain_text('"answer": None, "citations": []')
    page.keyboard.press("Enter")
    expect(page.locator(".tree output")).to_have_text("2 of 3 lines")
    expect(page.locator(".l.now")).to_contain_text('answer["citations"]')
    page.keyboard.press("j")
    assert page.locator(".tree input").input_value() == "citationsj"


def test_a_search_opens_the_folded_file_that_holds_the_line(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.evaluate("for (const part of document.querySelectorAll('.file')) part.open = false")
    page.locator(".tree input").fill("reciprocal rank")
    expect(page.locator(".l.now")).to_be_visible()


def test_a_search_without_a_hit_says_so_and_line_numbers_are_no_hits(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    for words in ("no such words", "31"):
        page.locator(".tree input").fill("def ")
        expect(page.locator(".tree output")).to_contain_text("1 of")
        page.locator(".tree input").fill(words)
        expect(page.locator(".tree output")).to_have_text("no line")


def test_the_question_mark_shows_the_keys_and_escape_closes(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    page.get_by_role("button", name="Keys").click()
    assert page.get_by_role("dialog").is_visible()


def test_tab_meets_links_in_reading_order_and_no_line_numbers(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    stops, last = 0, -1
    while stops < 150:
        page.keyboard.press("Tab")
        now, number = page.evaluate(WHERE)
        if now <= last:
            break
        assert not number
        last, stops = now, stops + 1
    assert 40 < stops < 150


WHERE = """() => {
  const here = document.activeElement;
  return [[...document.querySelectorAll("body *")].indexOf(here), here.matches(".l a:not(.m)")];
}"""


# ---------------------------------------------------------------------------------------------- sealed


@pytest.mark.parametrize("blind", [True, False])
def test_a_page_full_of_attacks_runs_and_loads_nothing(open_page: Any, blind: bool) -> None:
    grade, submission = hostile()
    files = {
        **submission.files,
        "evil.md": b"![x](https://evil.example/x.png) <img src=//evil.example/y> [a](javascript:alert(1))",
        "evil.html": b"<script src=https://evil.example/x.js></script><style>@import '//evil.example';</style>",
        "evil.css": b"body{background:url(https://evil.example/z)}",
        "evil.svg": b"<svg onload=alert(1)><image href='https://evil.example/i'/></svg>",
    }
    html = render(
        grade, submission=saved.submission(files=dict(sorted(files.items()))), blind=blind, candidate="<img src=x>"
    )
    opened = open_page(html)
    page = opened.page
    unfold(page)
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(300)
    assert opened.is_sealed()
    assert page.locator("img, iframe, object, embed, form:not([method=dialog])").count() == 0
    assert page.locator("script").count() == 1


def test_the_policy_would_stop_what_escaping_missed(open_page: Any) -> None:
    html = report("needs_review").replace(
        "<footer>", "<footer><script>window.ran = 1</script><img src='https://evil.example/x'>"
    )
    opened = open_page(html)
    assert opened.page.evaluate("window.ran") is None
    assert len([text for text in opened.complaints if "Content Security Policy" in text]) >= 2


# ---------------------------------------------------------------------------------------------- paper, size


def pages_of(page: Any) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_a_report_prints_on_a_few_pages_and_a_letter_on_two(open_page: Any) -> None:
    assert 3 <= pages_of(open_page(report("needs_review")).page) <= 6
    assert pages_of(open_page(report("refused")).page) == 1
    assert pages_of(open_page(letter("rejected")).page) <= 2


def test_paper_keeps_what_decides_and_leaves_the_code_out(open_page: Any) -> None:
    page = open_page(report("needs_review")).page
    page.emulate_media(media="print")
    for kept in ("#outcome", ".scale", ".todo", ".anchors .given", ".quote", ".prov"):
        assert page.locator(kept).first.is_visible(), kept
    for left in ("nav", "#code", ".only"):
        assert not page.locator(left).first.is_visible(), left


def test_five_hundred_files_and_two_thousand_tests_are_read_without_being_laid_out_at_once(open_page: Any) -> None:
    """How long it takes to open is measured by `python -m bench.page`."""
    grade, submission = many()
    page = open_page(render_report(grade, saved.challenge(), submission)).page
    laid_out = "all => all.filter(e => e.checkVisibility({contentVisibilityAuto: true})).length"
    files = page.locator(".file > :first-child")
    assert files.count() == 500
    assert files.evaluate_all(laid_out) <= 20
    # What comes into view is laid out a frame later, and moves what is below it: the way there takes several steps.
    arrived = "e => { e.scrollIntoView(); return e.checkVisibility({contentVisibilityAuto: true}); }"
    until(lambda: files.last.evaluate(arrived))
