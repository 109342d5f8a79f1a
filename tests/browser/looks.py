"""How a page is looked at: the widths at which it is drawn, and what must not be seen on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (390, 820, 1280)
TABLET = 820

CUT = """() => {
  const cut = []
  const pen = document.createElement("canvas").getContext("2d")
  for (const field of document.querySelectorAll("main select, main input:not([type=hidden])")) {
    const style = getComputedStyle(field)
    pen.font = style.font
    const text = field.tagName === "SELECT" ? field.selectedOptions[0]?.text ?? "" : field.placeholder ?? ""
    const arrow = field.tagName === "SELECT" ? 18 : 0
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow
    if (field.clientWidth && text && pen.measureText(text).width > room) cut.push(text)
  }
  return cut
}"""
"""Texts that their fields cut."""
BROKEN = """() => {
  const broken = []
  const cells = "main :is(td, th, dt, dd, legend, summary, button, .crumb a):not(.doc *)"
  for (const cell of document.querySelectorAll(cells)) {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      for (const word of text.data.matchAll(/[\\p{L}\\d]{2,18}/gu)) {
        const range = new Range()
        range.setStart(text, word.index)
        range.setEnd(text, word.index + word[0].length)
        const rows = new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top)))
        if (rows.size > 1) broken.push(word[0])
      }
    }
  }
  return broken
}"""
"""Words that are broken in two."""


COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that a page in other colours can break."""
ELSEWHERE = (*COLOURS, "scrollable-region-focusable")
"""Those that a page in other colours and at another width can break: all others read what stands in it."""


def axe(page: Page, only: tuple[str, ...] = (), *, serious: bool = False) -> list[Any]:
    """What axe-core finds, of whatever weight or only what it calls serious or critical, by all rules or by these. It
    is put in by the browser, whom the page's policy does not bind."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    wanted = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": only}} if only else {})}
    found = page.evaluate("(wanted) => axe.run(document, wanted)", wanted)["violations"]
    weighs = [one for one in found if not serious or one["impact"] in {"serious", "critical"}]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in weighs]


def over_the_side(page: Page, *widths: int) -> dict[int, int]:
    """Width → pixels by which the page runs over the side there, where it does: at `widths`, or at those of a phone, a
    tablet and a laptop. It is opened once: to draw it anew is cheap."""
    found = {}
    for width in widths or WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return {width: pixels for width, pixels in found.items() if pixels}


def unfold(page: Page, which: str = "details") -> None:
    """Opens all that is folded, or what of it is `which`, a selector of CSS."""
    page.evaluate("(which) => document.querySelectorAll(which).forEach((part) => (part.open = true))", which)


def sound(page: Page, name: str) -> None:
    assert axe(page) == [], name
