"""How long the largest report and a large cohort's page take to open in Chromium, against an empty page:
`python -m bench.page`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.measure import ratio, spread
from grader.report import render_report
from tests import report_fixtures as saved
from tests.batch_pages import row, written
from tests.report_pages import many

RUNS = 5


def main() -> None:
    """A report of 500 files of 200 lines and 2,000 tests, a cohort of 5,000; goal: 2 s more than an empty page."""
    grade, submission = many()
    html = render_report(grade, saved.challenge(), submission)
    pages = {"empty": "<!doctype html><title>empty</title><p>empty", "report": html, "cohort": cohort(5_000)}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        found: dict[str, list[float]] = {name: [] for name in pages}
        for number in range(RUNS + 1):
            for name, text in pages.items():
                file = Path(folder) / f"{name}.html"
                file.write_text(text, encoding="utf-8")
                seconds = opening(browser.new_page(), file)
                found[name] += [seconds] if number else []
        browser.close()
    for name in ("report", "cohort"):
        more = [full - empty for full, empty in zip(found[name], found["empty"], strict=True)]
        print(f"opening a {name} of {len(pages[name]) / 1e6:.1f} MB, {RUNS} times in turn with an empty page")
        print(f"  {name}  {spread(found[name])}; {ratio(found[name], found['empty'])} of an empty page")
        print(f"  more than an empty page (goal ≤ 2 s)  {spread(more)}")


def cohort(count: int) -> str:
    """index.html of so many submissions."""
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder), [row(number) for number in range(count)])


def opening(page: Page, file: Path) -> float:
    """Seconds until `file` has been loaded and drawn once."""
    began = time.perf_counter()
    page.goto(file.as_uri(), wait_until="load")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    seconds = time.perf_counter() - began
    page.close()
    return seconds


if __name__ == "__main__":
    main()
