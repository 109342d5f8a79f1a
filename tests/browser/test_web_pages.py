"""The pages that people sign in to, in a real browser: each is open to everybody, at each width, with keys and without
a script; and what is typed is saved by itself."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from waitress import create_server

from grader.loop.deciding import advise
from grader.portal.desk import PortalDesk
from grader.review.records import Actor
from grader.store.hire import HireEvent, keep
from tests import report_fixtures as saved
from tests.browser.looks import BROKEN, COLOURS, CUT, TABLET, WIDTHS, axe, over_the_side, sound, unfold
from tests.loop_fixtures import ask, hand_in
from tests.patience import until
from tests.portal_fixtures import wish
from tests.web_cases import settled_case
from tests.web_fixtures import OPERATOR, PASSWORD, House, house, levels

pytestmark = pytest.mark.browser
SAVED = re.compile(r"Saved \d\d:\d\d UTC\.")
"""Whatever the house's clock says: the tests before may have moved it on."""
PANEL = {
    "Ann Weber": {"clarity": 4, "measurement": 4},
    "Bob Lind": {"clarity": 2, "measurement": 2},
    "Ines Bar": {"clarity": 4, "record": 5, "measurement": 3},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Cases in every stage: not begun, handed in, to debrief, decided with a dissent."""
    made = house(tmp_path_factory.mktemp("web"))
    for name, role, team in (("Ann Weber", "reviewer", "search"), ("Bob Lind", "reviewer", "search"),
                             ("Ines Bar", "bar_raiser", "payments"), ("Lea Roth", "lead", ""),
                             ("Ada Ng", "admin", "")):  # fmt: skip
        made.person(name, role, team=team)  # type: ignore[arg-type]
    for blind in ("NEW", "IN", "OPEN", "DONE"):
        made.case(blind, *PANEL, bar_raiser=True)
    lead = made.visitor("Lea Roth")
    for blind in ("OPEN", "DONE"):
        case = made.cases[blind].id
        for name, given in PANEL.items():
            made.visitor(name).post(
                f"/rate/{case}/submit", levels(made.cases[blind], given, rationale="It is measured.")
            )
        lead.get(f"/cases/{case}")
        lead.post(f"/cases/{case}/reveal")
    made.visitor("Ann Weber").post(f"/rate/{made.cases['IN'].id}/submit", levels(made.cases["IN"]))
    done = made.cases["DONE"].id
    made.visitor("Bob Lind").post(f"/cases/{done}/respond", {"agrees": "no", "words": "Two names mislead."})
    lead.post(f"/cases/{done}/decide", {"outcome": "advance", "why": "Measured, and honest."})
    made.norming = norming(made)
    made.norming |= loops(made)
    yield made
    made.store.close()


def norming(made: House) -> dict[str, str]:
    """The addresses of a session that is rated, and of one that was compared and whose anchor was mended."""
    lea, bob, ines = (Actor(person=made.people[name]) for name in ("Lea Roth", "Bob Lind", "Ines Bar"))
    cases = [made.cases[blind].id for blind in ("OPEN", "DONE")]
    raters = [made.people["Bob Lind"], made.people["Ines Bar"]]
    rated, compared = (made.desk.open_norming(lea, "clarity", cases, raters) for _ in range(2))
    for actor, level in ((bob, 2), (ines, 4)):
        for case in cases:
            made.desk.norm(actor, compared, case, level, "Two names mislead, the rest is plain.")
    made.desk.compare(lea, compared)
    made.desk.propose(bob, compared, 3, "Readable; at most two names mislead.", "we counted names differently")
    return {"rated": f"/sessions/{rated}", "compared": f"/sessions/{compared}"}


def loops(made: House) -> dict[str, str]:
    """The addresses of a live round to be held, of one whose card is in, and of a loop before and after its opening."""
    ann, bob, ines = (made.people[name] for name in PANEL)
    held = ask(made.desk, "trace-debugging", "Nia Okoye", ann)
    ask(made.desk, "system-design", "Nia Okoye", bob)
    design = ask(made.desk, "system-design", "Omar Haddad", ann)
    ask(made.desk, "system-design", "Omar Haddad", ines)
    project = ask(made.desk, "past-project", "Omar Haddad", bob)
    hand_in(made.desk, ann, design.id, 5, words="Worked out 4.2 questions a second, then halved the context " * 3)
    hand_in(made.desk, ines, design.id, {"sizing": 2, "failing": None}, rationale="https://example.org/" + "x" * 120)
    hand_in(made.desk, bob, project.id, 3)
    made.desk.open_cards(OPERATOR, design.blind)
    decided(made, design.blind)
    waiting = ask(made.desk, "past-project", "Nia Okoye", ann)
    hand_in(made.desk, ann, waiting.id, 4)
    return {"round": f"/rounds/{held.id}", "card": f"/rounds/{waiting.id}", "waits": f"/loops/{held.blind}",
            "opened": f"/loops/{design.blind}"}  # fmt: skip


def decided(made: House, blind: str) -> None:
    """A stage that was decided, with a letter to be written; public work that the candidate named and a lead mapped."""
    lea = Actor(person=made.people["Lea Roth"])
    for outcome in ("more", "advance"):
        made.desk.decide_stage(lea, blind, "talks", outcome, "Sizes, and revises under change. " * 4,  # type: ignore[arg-type]
                               partial(advise, stage="talks"))  # fmt: skip
    made.desk.edit_stage_letter(lea, blind, "talks", "Dear {{ name }},\n\nwe would like to go on with you.\n\nLea Roth")
    portal = PortalDesk(engine=made.store.engine, clock=made.watch)
    for name in ("Omar Haddad", "Nia Okoye"):
        one, _ = portal.invite(wish(name))
        portal.state_work(one, [("https://git.example/" + "scheduler" * 12, "A scheduler; the queue is mine.")])
        words = "Sized a queue under load, and wrote down why it fell over at nine requests a second."
        for competency in ("system_design", "evaluation_methodology"):
            portal.map_work(one, [competency], words, known=[competency], who="Lea Roth")
    events = [HireEvent(source="csv", key=f"{who}{stage}", candidate=who, kind="stage", name=stage,
                        entered_at="2026-03-01T00:00:00Z", left_at="2026-03-04T00:00:00Z", exit="advance")
              for who in ("Person DONE", "Another") for stage in ("applied", "take-home", "talks")]  # fmt: skip
    keep(made.store.engine, events, source="csv", digest="x", name="x.csv", whole=True)


@pytest.fixture(scope="module")
def address(home: House) -> Iterator[str]:
    server: Any = create_server(home.app, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=False)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, home: House, address: str) -> Iterator[Visit]:
    yield from visits(browser, home, address)


def visits(browser: Browser, home: House, address: str) -> Iterator[Visit]:
    """Opens a page as somebody; what the browser complains of fails the test."""
    contexts, complaints = [], list[str]()

    def opened(name: str, path: str, *, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **{"reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name:
            cookie = home.visitor(name).client.get_cookie("grade")
            assert cookie is not None
            context.add_cookies([{"name": "grade", "value": cookie.value, "url": address}])
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    unexpected = [text for text in complaints if "status of 4" not in text]
    assert unexpected == []


def pages(home: House) -> dict[str, tuple[str, str]]:
    """Name → who opens which address: every page that there is."""
    ids = {blind: case.id for blind, case in home.cases.items()}
    return {
        "sign in": ("", "/sign-in"),
        "queue": ("Ann Weber", "/"),
        "rate": ("Ann Weber", f"/rate/{ids['NEW']}"),
        "handed in": ("Ann Weber", f"/rate/{ids['IN']}"),
        "file": ("Ann Weber", f"/cases/{ids['NEW']}/files/triage.py"),
        "debrief": ("Lea Roth", f"/cases/{ids['OPEN']}/debrief"),
        "own debrief": ("Bob Lind", f"/cases/{ids['DONE']}/debrief"),
        "decided": ("Lea Roth", f"/cases/{ids['DONE']}/debrief"),
        "the work": ("Lea Roth", f"/cases/{ids['DONE']}/work"),
        "cases": ("Lea Roth", "/cases"),
        "case": ("Lea Roth", f"/cases/{ids['IN']}"),
        "assign": ("Lea Roth", "/assign"),
        "norming": ("Lea Roth", "/sessions?challenge=rag-triage&criterion=clarity"),
        "own norming": ("Bob Lind", "/sessions"),
        "session": ("Bob Lind", home.norming["rated"]),
        "session of others": ("Lea Roth", home.norming["rated"]),
        "norming work": ("Bob Lind", f"{home.norming['rated']}/work/{ids['OPEN']}"),
        "compared": ("Lea Roth", f"{home.norming['compared']}/compare"),
        "anchors": ("Bob Lind", f"{home.norming['compared']}/anchors"),
        "round": ("Ann Weber", home.norming["round"]),
        "card": ("Ann Weber", home.norming["card"]),
        "loops": ("Lea Roth", "/loops"),
        "loop that waits": ("Lea Roth", home.norming["waits"]),
        "loop": ("Lea Roth", home.norming["opened"]),
        "own loop": ("Bob Lind", home.norming["opened"]),
        "reliability": ("Lea Roth", "/reliability"),
        "figures": ("Lea Roth", "/figures"),
        "funnel": ("Lea Roth", "/figures/funnel"),
        "review": ("Lea Roth", "/figures/review?line=70&bar=3&challenge=rag-triage&reached=take-home"),
        "people": ("Ada Ng", "/people"),
        "audit": ("Ada Ng", "/audit"),
        "nothing here": ("Ann Weber", "/there-is-no-such-page"),
    }


NAMES = ("sign in", "queue", "rate", "handed in", "file", "debrief", "own debrief", "decided", "the work", "cases",
         "case", "assign", "norming", "own norming", "session", "session of others", "norming work", "compared",
         "anchors", "round", "card", "loops", "loop that waits", "loop", "own loop", "reliability", "figures",
         "funnel", "review", "people",
         "audit",
         "nothing here")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What stood on a page that was opened once, on a phone, and then drawn at each width."""

    over: dict[int, int]
    """Pixels by which it runs over the side, by width where it does; with all that is folded open."""
    cut: dict[int, list[str]]
    """Texts that their fields cut, by width."""
    broken: list[str]
    """Words that are broken in two on an upright tablet."""
    faults: dict[str, Any]
    """What axe-core found, light and dark."""


Look = Callable[[str], Seen]


@pytest.fixture(scope="module")
def look(browser: Browser, home: House, address: str) -> Look:
    """Opens the page of that name, once for all tests: to draw it is cheap, and to open it is not."""
    return cache(lambda name: looked_at(browser, home, address, name))


def looked_at(browser: Browser, home: House, address: str, name: str) -> Seen:
    with contextlib.contextmanager(visits)(browser, home, address) as visit:
        page = visit(*pages(home)[name], width=WIDTHS[0])
        unfold(page, "main details:not(.file)")
        cut, faults, broken = {}, {}, list[str]()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            cut[width] = page.evaluate(CUT)
            broken += page.evaluate(BROKEN) if width == TABLET else []
        faults["light"] = axe(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        faults["dark"] = axe(page, COLOURS)  # all else is the same page
        unfold(page)
        over = over_the_side(page)
    return Seen(over=over, cut=cut, broken=broken, faults=faults)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_light_and_dark_with_all_that_is_folded_open(look: Look, name: str) -> None:
    assert look(name).faults == {"light": [], "dark": []}


def test_nothing_runs_over_the_side(look: Look) -> None:
    assert {name: look(name).over for name in NAMES} == {name: {} for name in NAMES}


@pytest.mark.parametrize("width", WIDTHS)
def test_what_stands_at_the_top_is_all_within_reach(home: House, visit: Visit, width: int) -> None:
    for name in ("Lea Roth", "Ada Ng"):
        page = visit(name, "/cases", width=width)
        for entry in page.locator(".top :is(a, button)").all():
            box = entry.bounding_box()
            assert box is not None
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= width, name


@pytest.mark.parametrize("width", WIDTHS)
def test_no_field_cuts_what_stands_in_it(look: Look, width: int) -> None:
    assert {name: look(name).cut[width] for name in NAMES} == {name: [] for name in NAMES}


def test_no_word_is_broken_in_two_on_an_upright_tablet(look: Look) -> None:
    assert {name: look(name).broken for name in NAMES} == {name: [] for name in NAMES}


def test_every_page_is_looked_at(home: House) -> None:
    assert tuple(pages(home)) == NAMES


# ---------------------------------------------------------------------------------------------- rating


@pytest.fixture
def fresh(home: House) -> str:
    """The path of a case that Ann has not begun."""
    case = home.case(f"F{len(home.cases)}", "Ann Weber", "Bob Lind")
    return f"/rate/{case.id}"


def latest(home: House, path: str) -> Any:
    own = home.desk.view(Actor(person=home.people["Ann Weber"]), path.rsplit("/", 1)[1]).own
    return own.latest.sheet if own and own.latest else None


def test_what_is_typed_is_saved_by_itself_again_and_again(home: House, visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.locator("#rationale").fill("the first thought")
    expect(page.locator("#saved")).to_have_text(SAVED)
    assert latest(home, fresh).rationale == "the first thought"
    page.locator("#rationale").press_sequentially(", and a second, typed slowly while it saves", delay=25)
    page.locator("#clarity-4").check()
    page.locator('[name="clarity:tick"][value="4.2"]').check()
    page.wait_for_timeout(1_500)
    expect(page.locator("#saved")).to_have_text(SAVED)
    assert latest(home, fresh).rationale == "the first thought, and a second, typed slowly while it saves"
    assert latest(home, fresh).on("clarity").level == 4
    assert latest(home, fresh).ticked == ("clarity:4.2",)
    page.reload()
    assert page.locator("#clarity-4").is_checked()


def test_two_windows_are_told_of_each_other_and_both_texts_are_shown(home: House, visit: Visit, fresh: str) -> None:
    first, second = visit("Ann Weber", fresh), visit("Ann Weber", fresh)
    first.locator("#rationale").fill("in the first window")
    expect(first.locator("#saved")).to_contain_text("Saved")
    second.locator("#rationale").fill("in the second window")
    expect(second.locator("#saved")).to_contain_text("another window")
    assert latest(home, fresh).rationale == "in the first window"
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Two versions of your assessment")
    for text in ("in the first window", "in the second window"):
        assert second.get_by_text(text).is_visible()
    sound(second, "conflict")
    second.get_by_role("button", name="Go on with this window’s").click()
    expect(second.locator("#rationale")).to_have_value("in the second window")


def test_what_is_sent_while_a_draft_is_under_way_waits_for_it_and_meets_no_second_window(
    home: House, visit: Visit, fresh: str
) -> None:
    page = visit("Ann Weber", fresh)
    held: list[Any] = []
    page.route("**/draft*", lambda route: held.append(route), times=1)
    page.locator("#rationale").fill("the first thought")
    page.wait_for_timeout(1_500)
    page.locator("#rationale").fill("the second thought")
    page.get_by_role("button", name="Save", exact=True).click()
    assert latest(home, fresh) is None
    held[0].continue_()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Two versions of your assessment")
    expect(page.locator("#rationale")).to_have_value("the second thought")
    expect(page.locator("#version")).to_have_value("2")
    assert latest(home, fresh).rationale == "the second thought"


def test_an_ended_session_loses_nothing_and_says_so_at_once(home: House, visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.context.clear_cookies()
    page.locator("#rationale").fill("an hour of thought")
    expect(page.locator("#saved")).to_contain_text("Your session has ended")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("nothing is lost")).to_be_visible()
    sound(page, "sign in again")
    page.get_by_label("Name").fill("Ann Weber")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#rationale")).to_have_value("an hour of thought")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert latest(home, fresh).rationale == "an hour of thought"


def test_digits_choose_a_level_only_while_a_criterion_has_the_focus(visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.keyboard.press("3")
    assert page.locator(".levels input:checked").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("3")
    assert page.locator("#retrieval-3").is_checked()
    page.keyboard.press("j")
    page.keyboard.press("5")
    assert page.locator("#failure-modes-5").is_checked()
    page.locator("#failure-modes-note").click()
    page.keyboard.type("2 of 3")
    assert page.locator("#failure-modes-5").is_checked()
    assert page.locator("#failure-modes-note").input_value() == "2 of 3"
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("2")
    assert page.locator("#retrieval-2").is_checked()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()


def test_no_bare_key_hands_anything_in_and_the_two_that_act_take_control(home: House, visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.keyboard.press("j")
    for key in ("Enter", "Backspace", "Delete", "s", "x", "y"):
        page.keyboard.press(key)
    assert page.url.endswith(fresh)
    page.locator("#rationale").fill("kept")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("6 places to mend")).to_be_visible()
    sound(page, "gaps")
    assert latest(home, fresh).rationale == "kept"


def test_a_line_number_puts_the_line_into_the_criterion_that_is_rated(visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.locator("#record-note").click()
    page.locator('[id="code/DECISIONS.md:12"] > a').click()
    assert page.locator("#record-evidence").input_value() == "DECISIONS.md:12"
    page.locator('[id="code/DECISIONS.md:14"] > a').click(modifiers=["Shift"])
    assert page.locator("#record-evidence").input_value() == "DECISIONS.md:12-14"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_whole_assessment_is_written_and_handed_in_without_a_script(visit: Visit, fresh: str, width: int) -> None:
    page = visit("Ann Weber", fresh, width=width, java_script_enabled=False)
    for criterion in saved.rubric().criteria:
        page.locator(f"#{criterion.id}-3").check()
    page.locator("#clarity-5").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("1 place to mend")).to_be_visible()
    page.locator("#clarity-evidence").fill("triage.py:22-24")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed in")
    page.get_by_role("button", name="Take it back").click()
    assert page.locator("#clarity-5").is_checked()


def test_the_rubric_stays_in_sight_beside_the_work(visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh)
    page.mouse.move(300, 400)
    page.mouse.wheel(0, 1_500)
    page.wait_for_timeout(300)
    box = page.get_by_role("button", name="Hand in").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900


@pytest.mark.parametrize("width", [390, 820])
def test_on_a_narrow_screen_the_work_is_one_step_away_and_back(visit: Visit, fresh: str, width: int) -> None:
    page = visit("Ann Weber", fresh, width=width)
    to_work, back = page.get_by_role("link", name="The work"), page.get_by_role("link", name="Your assessment")
    press = "link => link.click()"  # the browser's own click scrolls what stands at the very top to the middle first
    page.locator("#measurement-note").scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(200)
    was = page.evaluate("scrollY")
    to_work.evaluate(press)
    expect(page.locator("#h-code")).to_be_in_viewport()
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(200)
    read = page.evaluate("scrollY")
    back.evaluate(press)
    assert abs(page.evaluate("scrollY") - was) < 5
    to_work.evaluate(press)
    assert abs(page.evaluate("scrollY") - read) < 5


def test_on_a_narrow_screen_the_way_to_the_work_needs_no_script(visit: Visit, fresh: str) -> None:
    page = visit("Ann Weber", fresh, width=820, java_script_enabled=False)
    page.get_by_role("link", name="The work").click()
    expect(page.locator("#h-code")).to_be_in_viewport()
    page.get_by_role("link", name="Your assessment").click()
    expect(page.locator("#rating")).to_be_in_viewport()


def test_a_debrief_prints_without_forms_and_with_every_level(home: House, visit: Visit) -> None:
    page = visit("Lea Roth", f"/cases/{home.cases['OPEN'].id}/debrief")
    page.emulate_media(media="print")
    for left in ("nav", "button"):
        assert not page.locator(left).first.is_visible()
    for kept in ("h1", ".said .lv", ".state"):
        assert page.locator(kept).first.is_visible()
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


def test_somebody_new_comes_in_by_the_link_and_the_keyboard_alone(home: House, visit: Visit) -> None:
    page = visit("Ada Ng", "/people")
    page.get_by_label("Name", exact=True).fill("Nia Ortiz")
    page.keyboard.press("Enter")
    link = page.locator(".link").inner_text()
    path = "/invite/" + link.rsplit("/", 1)[1]
    sound(page, "link")
    guest = visit("", path)
    sound(guest, "invitation")
    guest.keyboard.type("six words that nobody says aloud")
    guest.keyboard.press("Tab")
    guest.keyboard.type("six words that nobody says aloud")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Nothing waits for you")
    assert home.desk.person("Nia Ortiz") is not None


def test_a_plan_is_shown_before_anybody_is_asked(home: House, visit: Visit) -> None:
    case = home.case("LACK")
    page = visit("Lea Roth", "/assign", width=390)
    page.get_by_label("and a bar raiser from another team").check()
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="This would be asked")).to_be_visible()
    sound(page, "plan")
    assert over_the_side(page, 390) == {}
    assert home.desk.view(OPERATOR, case.id).progress.asked == ()  # type: ignore[union-attr]
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
    assert len(home.desk.view(OPERATOR, case.id).progress.asked) == 3  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------------- norming, drift


@pytest.mark.parametrize("width", [390, 1280])
def test_a_level_is_given_beside_the_work_without_a_script(home: House, visit: Visit, width: int) -> None:
    case, path = home.cases["DONE"].id, home.norming["rated"]
    page = visit("Ines Bar", f"{path}/work/{case}", width=width, java_script_enabled=False)
    page.get_by_role("radio", name="4", exact=True).check()
    page.get_by_label("What decides it for you").fill(f"Plain names, at {width}.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("clarity")
    expect(page.get_by_text("1 of 2 to rate")).to_be_visible()
    view = home.desk.norming(Actor(person=home.people["Ines Bar"]), path.rsplit("/", 1)[1])
    assert (view.own, view.own_notes) == ({case: 4}, {case: f"Plain names, at {width}."})


def test_the_drawing_of_a_drift_is_accessible_and_fits(
    home: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the least number of cases lowered: thirty of them are for tests/test_web_drift.py."""
    monkeypatch.setattr("grader.agreement.drift.FEW", 2)
    for number, level in enumerate((2, 4, 3)):
        settled_case(home, number, {"Ann Weber": level, "Bob Lind": 5}, lead="Lea Roth")
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = visit("Lea Roth", "/reliability", width=width, color_scheme=scheme)
        unfold(page, "main details")
        drawing = page.get_by_role("img", name="Drift of Bob Lind over 3 cases")
        expect(drawing).to_be_visible()
        box = drawing.bounding_box()
        assert box is not None
        assert 300 < box["width"] <= width
        assert over_the_side(page, width) == {}
        sound(page, f"drift, {scheme}")


# ---------------------------------------------------------------------------------------------- a live round


def test_a_card_is_filled_in_with_keys_alone_and_saved_by_itself(home: House, visit: Visit) -> None:
    case = ask(home.desk, "trace-debugging", "Pia Lund", home.people["Ann Weber"])
    page = visit("Ann Weber", f"/rounds/{case.id}")
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.locator("#hypotheses-evidence").fill("told the customer within the hour")
    expect(page.locator("#saved")).to_have_text(SAVED)

    def kept() -> tuple[Any, Any]:
        own = home.desk.view(Actor(person=home.people["Ann Weber"]), case.id).own
        said = own.latest.sheet.on("hypotheses") if own and own.latest else None
        return (said.level, said.evidence) if said else (None, None)

    until(lambda: kept() == (4, ("told the customer within the hour",)))  # saved twice, where the first took long


def test_a_card_is_handed_in_on_a_phone_without_a_script(home: House, visit: Visit) -> None:
    case = ask(home.desk, "past-project", "Quin Ode", home.people["Ann Weber"])
    page = visit("Ann Weber", f"/rounds/{case.id}", width=390, java_script_enabled=False)
    for name in ("own-part", "explaining", "technique", "effect"):
        page.locator(f"#{name}-evidence").fill("said: about a tenth fewer")
        page.locator(f"#{name}-3").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("h1")).to_have_text("Handed in")
