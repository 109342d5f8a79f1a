"""A report for the terminal: a table, then its notes. Text of others is made harmless."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import takewhile

from grader import csv_files
from grader.analytics.report import Column, Report, cell
from grader.pages.text import clean

WIDTH = 100
LONGEST = 40
"""Characters of a cell; the whole of it is in JSON, CSV and on the page."""


def lines(report: Report) -> Iterator[str]:
    """The report, one line each."""
    yield report.title
    yield ""
    if report.rows:
        yield from _table(report)
        yield ""
    for note in report.notes:
        yield from textwrap.wrap(" ".join(clean(note).split()), WIDTH, initial_indent="- ", subsequent_indent="  ")


def _table(report: Report) -> Iterator[str]:
    shown = _words_first(report.shown())
    body = [[_short(cell(row[one.name], one.kind)) for one in shown] for row in report.rows]
    widths = [max(len(one.title), *(len(row[at]) for row in body)) for at, one in enumerate(shown)]
    right = [one.kind != "text" for one in shown]
    for row in [[one.title for one in shown], *body]:
        padded = [text.rjust(w) if r else text.ljust(w) for text, w, r in zip(row, widths, right, strict=True)]
        yield "  ".join(padded).rstrip()


def _words_first(shown: tuple[Column, ...]) -> tuple[Column, ...]:
    """What a row comes to stands beside its name, where a narrow terminal still shows it."""
    words = [one for one in shown if one.name == "words"]
    names = list(takewhile(lambda one: one.kind == "text" and one.name != "words", shown))
    return (*names, *words, *(one for one in shown[len(names) :] if one.name != "words"))


def _short(text: str) -> str:
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"


def as_csv(report: Report) -> str:
    """All columns by their names. An empty cell is not known, never zero; no text runs as a formula."""
    head = csv_files.line([one.name for one in report.columns])
    return head + "".join(csv_files.line([row[one.name] for one in report.columns]) for row in report.rows)
