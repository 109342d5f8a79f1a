"""What happened, a page at a time, the newest first: in a case, or with people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import request

from grader.review.records import Event
from grader.web import visit
from grader.web.times import moment

PAGE = 50
"""Events of one page."""
_KINDS = {"assessor": "as assessor", "bar_raiser": "as bar raiser", "adjudicator": "to settle"}


class Happened(NamedTuple):
    """An event in words. `whom`: the person or thing that it was about, with what else belongs to it."""

    what: str
    whom: str
    by: str
    how: str
    when: str


class Events(NamedTuple):
    """A page of events. `older`: the number that the next page goes on before; 0 where there is none."""

    rows: tuple[Happened, ...]
    older: int
    newer: bool
    """Whether this is not the first page."""


def page_of(case: str = "") -> Events:
    """The page that the address asks for with `?before=`. Raises as `Desk.latest` does."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = visit.desk().latest(visit.actor(), case, before=before, limit=PAGE + 1)
    names = {person.id: person.name for person in visit.desk().people()}
    shown = found[:PAGE]
    older = shown[-1].number if len(found) > PAGE else 0
    return Events(tuple(_row(event, names) for event in shown), older, newer=before > 0)


def _row(event: Event, names: Mapping[str, str]) -> Happened:
    body = event.body or {}
    by = "erased" if event.body is None else str(body.get("who", ""))
    return Happened(event.what, _whom(event, names), by, str(body.get("how", "")), moment(event.at))


def _whom(event: Event, names: Mapping[str, str]) -> str:
    """Whom an event was about, or what: the words that its operation left with it."""
    body = event.body or {}
    about = str(body.get("about", ""))
    parts = [names.get(about, "somebody") if about else "", _KINDS.get(str(body.get("kind", "")), "")]
    if event.what == "appealed":
        parts.append(str(body.get("words", "")))
    if event.what in {"revealed", "reopened", "glass broken"}:
        parts.append(str(body.get("why", "")))
    parts += [str(body.get("criterion", "")), str(body.get("outcome", ""))]
    return " ".join(part for part in parts if part)
