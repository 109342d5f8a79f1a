"""One headless Chromium for all browser tests, with nothing of its own that talks to a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import WAIT
from tests.tools import a_browser

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic", "--disable-dev-shm-usage",
]  # fmt: skip


expect.set_options(timeout=WAIT * 1_000)
del Page.wait_for_function
"""What the policy of a page forbids, a second look forbids too: it worked only where the first look found it true.
`expect` and `tests.patience.until` look from outside."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = a_browser()
    assert found, "The browser tests need Chromium: apt-get install -y chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


class Opened:
    """A page, and everything it did that a sealed page must not do."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.file = file
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("popup", lambda popup: self.complaints.append(f"popup {popup.url}"))
        page.goto(file.as_uri())

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def is_sealed(self) -> bool:
        """Whether the page asked for nothing but itself and nothing was blocked, said or thrown."""
        assert self.complaints == []
        assert self.requests == [self.file.as_uri()]
        return True


Open = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def opened(html: str, *, width: int = 1280, height: int = 900, **options: Any) -> Opened:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, **{"reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        return Opened(context.new_page(), file)

    yield opened
    for context in contexts:
        context.close()
