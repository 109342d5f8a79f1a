"""How fast the pages open with many cases: `python -m bench.pages`. Prints one line a size.

The list of 5,000 cases has to open as fast as that of 50: one query for a page of fifty, no body read.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import time
from html import unescape
from pathlib import Path

from sqlalchemy import insert

from grader.store.case_tables import assignments, case_sources, cases
from tests.web_fixtures import House, Visitor, house

SIZES = (50, 500, 5_000)
TIMES = 30


def main() -> None:
    print(f"{'cases':>6}  {'list':>8}  {'page 2':>8}  {'filtered':>8}  {'queue':>8}   (median of {TIMES}, ms)")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            made = house(Path(folder))
            fill(made, size)
            lead, rater = made.visitor("Lea"), made.visitor("Ann")
            lead.get("/cases")
            older = re.search(r'href="([^"]+)" rel="next"', lead.get("/cases").text)
            pages = ((lead, "/cases"), (lead, unescape(older[1]) if older else "/cases"),
                     (lead, "/cases?state=debrief"), (rater, "/"))  # fmt: skip
            print(f"{size:>6}  " + "  ".join(f"{median(browser, path):8.1f}" for browser, path in pages))
            made.store.close()


def median(browser: Visitor, path: str) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert browser.get(path).status_code == 200, path
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def fill(made: House, size: int) -> None:
    """`size` cases as the desk would leave them, each asked of three people; Ann is asked for twenty."""
    people = [made.person(name) for name in ("Ann", "Bob", "Cem", "Dee")]
    made.person("Lea", "lead")
    source = json.dumps({"challenge": {"title": "A challenge"}, "rubric": {"criteria": []}})
    case_rows, source_rows, asked = [], [], []
    for number in range(size):
        key = f"{number:032x}"
        state = ("collecting", "collecting", "debrief", "decided")[number % 4]
        case_rows.append({
            "id": key, "run": f"run-{number}", "challenge": ("one", "two")[number % 2], "challenge_version": "1.0.0",
            "challenge_digest": "sha256:c", "submission_digest": f"sha256:{number:064x}", "candidate": f"P {number}",
            "blind": f"B{number}", "folder": "", "state": state, "round": 1, "minimum": 2, "bar_raiser": False,
            "early_why": "", "at": f"2026-11-{1 + number % 28:02d}T10:00:00Z",
        })  # fmt: skip
        source_rows.append({"case": key, "challenge": source, "instruction": "x" * 4_000, "machine": "x" * 60_000})
        raters = people[1:] if number >= 20 else people[:3]
        asked += [
            {"id": f"{number:030x}{at:02x}", "case": key, "person": person.id, "kind": "assessor", "round": 1,
             "state": "assigned", "version": 0, "why": "", "at": "2026-11-01T10:00:00Z"}
            for at, person in enumerate(raters)
        ]  # fmt: skip
    with made.store.engine.begin() as connection:
        for table, rows in ((cases, case_rows), (case_sources, source_rows), (assignments, asked)):
            for start in range(0, len(rows), 1_000):
                connection.execute(insert(table), rows[start : start + 1_000])


if __name__ == "__main__":
    main()
