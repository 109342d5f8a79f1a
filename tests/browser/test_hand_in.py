"""A candidate's way in a real browser, at a phone's width and without a script: from the link to the letter."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from waitress import create_server

from grader.portal.desk import PortalDesk
from grader.portal.records import Invitation
from tests.browser.looks import CUT, ELSEWHERE, WIDTHS, axe, over_the_side, unfold
from tests.portal_fixtures import handed_in, wish, work
from tests.web_fixtures import OPERATOR, House, house, levels

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def address(home: House) -> Iterator[str]:
    server: Any = create_server(home.app, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=False)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def answered(home: House, one: Invitation | None) -> None:
    """Two people rate the hand-in, and a lead lets the letter out."""
    for name in ("Ann", "Ben"):
        home.person(name)
    lea = home.person("Lea", "lead")
    assert one is not None
    case = home.case(one.blind, "Ann", "Ben", submission=handed_in(one))
    for name in ("Ann", "Ben"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case))
    home.desk.reveal(OPERATOR, case.id)
    home.desk.decide(OPERATOR, case.id, "advance", "strong where it counts", by=lea)
    home.desk.edit_letter(OPERATOR, case.id, "# Thank you\n\nWe would like to go on.", release=True, by=lea)


def test_from_the_link_to_the_letter_on_a_phone(home: House, address: str, browser: Browser, tmp_path: Path) -> None:
    desk = PortalDesk(engine=home.store.engine, clock=home.watch)
    _, token = desk.invite(wish(working=4 * 3600))
    archive = tmp_path / "my work.zip"
    archive.write_bytes(work())
    (tmp_path / "photo.zip").write_bytes(b"this is no archive")
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/h/{token}")
    expect(page.get_by_text("Nothing has started yet")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the files").click()
    assert download.value.suggested_filename == "rag-triage.zip"
    page.get_by_label("A .zip or .tar.gz of your files").set_input_files(tmp_path / "photo.zip")
    page.get_by_role("button", name="Hand in the file").click()
    expect(page.locator(".notice.is-bad")).to_be_visible()
    page.get_by_label("A .zip or .tar.gz of your files").set_input_files(archive)
    page.get_by_role("button", name="Hand in the file").click()
    expect(page.get_by_text("this one counts")).to_be_visible()
    page.get_by_role("button", name="I am through").click()
    expect(page.get_by_text("Your work is in")).to_be_visible()
    answered(home, desk.opened(token))
    page.reload()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_label("What should be looked at again").fill("The second run was mine too.")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("The second run was mine too.")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_each_stage_of_the_page_is_sound_light_and_dark_at_each_width(
    home: House, address: str, browser: Browser
) -> None:
    desk = PortalDesk(engine=home.store.engine, clock=home.watch)
    _, token = desk.invite(wish(working=4 * 3600))

    def look(stage: str) -> None:
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        page = context.new_page()
        page.goto(f"{address}/h/{token}")
        unfold(page)
        assert over_the_side(page) == {}, stage
        for scheme, width in (("light", 390), ("dark", 390), ("light", 820), ("dark", 1280)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert page.evaluate(CUT) == [], (stage, width)
            assert axe(page, () if (scheme, width) == ("light", 390) else ELSEWHERE) == [], (stage, scheme, width)
        context.close()

    look("invited")
    client = home.app.test_client()
    client.post(f"/h/{token}/start")
    look("started")
    home.watch.later(hours=5)
    client.post(f"/h/{token}/hand-in", data={"work": (io.BytesIO(work()), "w.zip")})
    found = desk.opened(token)
    assert found is not None
    desk.tested(found, found.hand_ins[0].id, passed=False, message="E   assert 1 == 2\n" + "x" * 300)
    look("handed in")
    client.post(f"/h/{token}/finish")
    answered(home, desk.opened(token))
    client.post(f"/h/{token}/appeal", data={"words": "look again " * 40})
    look("answered")
