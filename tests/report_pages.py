"""Pages of reports, read as a browser would, and gradings that are hostile or large."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from grader.records import Evidence, Grade
from grader.report import render_report
from tests import report_fixtures as saved

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr", "col"}


class Page(HTMLParser):
    """Elements of a page: checks nesting while it reads, and keeps ids, links, attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.urls: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes[name] += 1
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src", "action", "data", "poster", "srcset"}:
                (self.links if (value or "").startswith("#") else self.urls).append(value or "")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack and "script" not in self.stack:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def render(grade: Grade, **more: Any) -> str:
    submission = more.pop("submission", saved.submission() if grade.score else None)
    return render_report(grade, more.pop("challenge", saved.challenge()), submission, **more)


NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>\x00\x1b[31m\u202etxt\ud800{{7*7}}"


def hostile() -> tuple[Grade, Any]:
    """Every text that a candidate or a test can influence is an attack."""
    grade = saved.needs_review()
    assert grade.objective is not None
    path = f"a {NASTY.replace(chr(0), '')}.py"
    results = tuple(
        replace(test, message=NASTY, title=NASTY, stdout=NASTY, stderr=NASTY, id=f"{test.id}{NASTY}", limits=(NASTY,))
        for test in grade.objective.tests
    )
    levels = tuple(
        replace(
            entry, rationale=NASTY, reason=NASTY,
            evidence=(Evidence(path=path, start_line=1, end_line=3, quote=NASTY),),
            details={**entry.details, "who_can_close": NASTY},
        )
        for entry in grade.criteria
    )  # fmt: skip
    changed = saved.combine(
        results, levels, flags=(f"{path}:2: {NASTY}",),
        submission={**grade.submission, "left_out": [{"path": NASTY, "files": 1, "bytes": 1, "reason": NASTY}]},
        provenance={**grade.provenance, NASTY: NASTY}, recommendation_reason=NASTY,
    )  # fmt: skip
    source = NASTY.encode("utf-8", "surrogatepass")
    files = {path: b"x = 1\n" + source * 3 + b"\n", "README.md": b"# T\n" + source, f"{NASTY}/x.json": source}
    return changed, saved.submission(files=dict(sorted(files.items())))


def many() -> tuple[Grade, Any]:
    """2,000 tests and 500 files of 200 lines."""
    results = tuple(
        saved.passed(
            f"group{number % 20}",
            f"case_{number}",
            1,
            ("share", number % 10 / 10, 0, 1),
            message="why " * 20,
            stdout="line\n" * 20,
        )
        for number in range(2_000)
    )
    body = "".join(f"def f{n}(x):\n    return x + {n}  # {'y' * 30}\n" for n in range(100)).encode()
    files = {f"pkg{n % 20:02}/module_{n:03}.py": body for n in range(500)}
    return saved.combine(results, saved.closed()), saved.submission(files=dict(sorted(files.items())))
