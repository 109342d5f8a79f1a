# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

from datetime import date

import pytest
from grader_kit import share
from support import paired, recall


def rightly_cited(desk, cases):
    """Share of `cases` that cite the document in force and none that is not."""
    return share(reply.cites(case) for case, reply in paired(cases, desk.answer(cases)))


@pytest.mark.points(3, group="versions")
def test_outdated_document_is_not_cited(desk, metric):
    """An outdated document gives way to the one that replaced it"""
    for history in ("closed", "field", "line", "chain"):
        cases = desk.world.drawn(f"versions-{history}", 12, lambda w, history=history: w.versioned(history))
        metric(f"current_cited_{history}", rightly_cited(desk, cases), floor=0.1, target=0.84)


@pytest.mark.points(2, group="versions")
def test_a_document_is_not_cited_before_it_is_in_force(desk, metric):
    """A document that is not in force yet is not cited"""
    cases = desk.world.drawn("future", 20, lambda w: w.versioned("future"))
    metric("future_not_cited", rightly_cited(desk, cases), floor=0.1, target=0.88)


@pytest.mark.points(3, group="versions")
def test_the_day_of_the_ticket_decides_the_version(desk, metric):
    """The same request on two days cites the document in force on each"""
    early, late = date(2025, 5, 20), date(2025, 8, 4)
    before = desk.world.drawn("dated", 16, lambda w: w.versioned("dated", day=early))
    after = desk.world.drawn("dated", 16, lambda w: w.versioned("dated", day=late))
    said = desk.answers(before, after)
    pairs = zip(paired(before, said[0]), paired(after, said[1]), strict=True)
    both = share(first.cites(one) and second.cites(two) for (one, first), (two, second) in pairs)
    metric("version_of_the_day", both, floor=0.1, target=0.85)


@pytest.mark.points(1, group="versions")
def test_an_expired_document_is_not_cited(desk, metric):
    """A document whose time is over is not cited, though nothing replaced it"""
    expired = desk.world.drawn("expired", 16, lambda w: w.versioned("expired"))
    valid = desk.world.drawn("valid", 16, lambda w: w.plain())
    of_expired, of_valid = desk.answers(expired, valid)
    empty = share(not reply.citations and not reply.problem for reply in of_expired)
    metric("expired_not_cited", (empty + recall(valid, of_valid)) / 2, floor=0.5, target=0.92)


@pytest.mark.points(2, group="versions")
def test_the_stronger_of_two_contradicting_documents_is_cited(desk, metric):
    """Of two documents that contradict each other, the stronger kind is cited and the other is not"""
    cases = desk.world.drawn("rival", 28, lambda w: w.versioned("rival"))
    metric("stronger_cited", rightly_cited(desk, cases), floor=0.1, target=0.88)
