"""Kits as pages: to print, on a phone, light and dark, without a script or a network."""

from __future__ import annotations

import pytest

from grader.loop.kit_page import as_page
from grader.loop.kits import find_kit, held, kits_for
from tests.browser.conftest import Open
from tests.browser.looks import AXE, WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NAMES = sorted(kits_for())


def page_of(name: str, *, hand_outs: bool = False) -> str:
    return as_page(held(find_kit(name), 3), role="GenAI engineer", round_id=name, who="K7Q2ML", hand_outs=hand_outs)


@pytest.mark.parametrize("name", NAMES)
def test_a_kit_fits_each_width_and_is_accessible_light_and_dark(open_page: Open, name: str) -> None:
    for hand_outs in (False, True):
        html = page_of(name, hand_outs=hand_outs)
        for width, scheme in zip((*WIDTHS, 320), ("dark", "light", "light", "dark"), strict=True):
            opened = open_page(html, width=width, color_scheme=scheme)
            assert opened.is_sealed()
            over = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over == 0, (width, hand_outs)
            if width in {390, 1280}:
                opened.page.evaluate(AXE.read_text(encoding="utf-8"))
                found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
                assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], (scheme, hand_outs)


def test_on_paper_there_is_room_to_write_and_each_sheet_of_the_candidates_stands_alone(open_page: Open) -> None:
    opened = open_page(page_of("debugging-replay"), width=794, java_script_enabled=True)
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.page.locator(".ruled").first.is_visible()
    styles = opened.page.evaluate(
        "[...document.querySelectorAll('.sheet.is-candidate, .card')].map((one) => getComputedStyle(one).breakBefore)"
    )
    assert set(styles) == {"page"}
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    over = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0
