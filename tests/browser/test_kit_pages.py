"""Kits as pages: to print, on a phone, light and dark, without a script or a network."""

from __future__ import annotations

import pytest

from grader.loop.kit_page import as_page
from grader.loop.kits import find_kit, held, kits_for
from tests.browser.conftest import Open
from tests.browser.looks import ELSEWHERE, WIDTHS, axe, over_the_side

pytestmark = pytest.mark.browser
NAMES = sorted(kits_for())


def page_of(name: str, *, hand_outs: bool = False) -> str:
    return as_page(held(find_kit(name), 3), role="GenAI engineer", round_id=name, who="K7Q2ML", hand_outs=hand_outs)


@pytest.mark.parametrize("name", NAMES)
def test_a_kit_fits_each_width_and_is_accessible_light_and_dark(open_page: Open, name: str) -> None:
    for hand_outs in (False, True):
        opened = open_page(page_of(name, hand_outs=hand_outs), width=WIDTHS[0], color_scheme="dark")
        page = opened.page
        assert opened.is_sealed()
        assert axe(page) == [], ("dark", hand_outs)
        assert over_the_side(page, 320, *WIDTHS) == {}, hand_outs
        page.emulate_media(color_scheme="light")
        assert axe(page, ELSEWHERE) == [], ("light", hand_outs)


def test_on_paper_there_is_room_to_write_and_each_sheet_of_the_candidates_stands_alone(open_page: Open) -> None:
    opened = open_page(page_of("debugging-replay"), width=794, java_script_enabled=True)
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.page.locator(".ruled").first.is_visible()
    styles = opened.page.evaluate(
        "[...document.querySelectorAll('.sheet.is-candidate, .card')].map((one) => getComputedStyle(one).breakBefore)"
    )
    assert set(styles) == {"page"}
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert over_the_side(opened.page, 794) == {}
