# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

from statistics import median

import pytest
from grader_kit import share, stream
from support import Desk, paired
from world import world_for

CLIENTS = 5
"""The large collection holds the documents of this many clients, about 750."""
ENOUGH = 2.5
"""Milliseconds for a ticket among the documents of one client."""


def large(world):
    """The documents of `world` among those of other clients."""
    others = [world_for(f"{world.seed}:neighbour-{number}") for number in range(1, CLIENTS)]
    return [document for one in (world, *others) for document in one.documents]


@pytest.mark.points(2, group="operations")
def test_a_ticket_gets_the_same_reply_each_time(desk, metric):
    """A ticket gets the same reply each time, whatever was read before, and by another process too"""
    desk.require_use()
    tickets = [case.ticket for case in desk.world.drawn("again", 20, lambda w: w.paraphrased())]
    tickets += [case.ticket for case in desk.world.drawn("again-vague", 8, lambda w: w.vague())]
    order = list(range(len(tickets)))
    first = desk.read(tickets)
    stream(desk.world.seed).shuffle(order)
    desk.begin_again(desk.world.documents)
    second = dict(zip(order, desk.read([tickets[i] for i in order]), strict=True))
    metric("same_again", share(first[i] == second[i] for i in order), floor=0.7, target=1.0)


@pytest.mark.points(1, group="operations")
def test_the_order_of_documents_does_not_matter(desk, metric):
    """The order in which documents arrive does not matter"""
    desk.require_use()
    cases = desk.world.drawn("shuffled", 24, lambda w: w.plain())
    cases += desk.world.drawn("shuffled-vague", 6, lambda w: w.vague())
    first = desk.answer(cases)
    documents = list(desk.world.documents)
    stream(desk.world.seed, "order").shuffle(documents)
    desk.begin_again(documents)
    second = desk.answer(cases)
    metric("same_in_any_order", share(a == b for a, b in zip(first, second, strict=True)), floor=0.6, target=1.0)


@pytest.mark.points(1, group="operations")
def test_a_second_build_replaces_the_first(desk):
    """A second build replaces the first: no document of the client before is cited"""
    desk.require_use()
    desk.read([])
    other = world_for(f"{desk.world.seed}:second")
    before = {document["id"] for document in desk.world.documents} - {document["id"] for document in other.documents}
    second = Desk(desk.candidate, other, f"{desk.test}:second")
    second.require_use()
    replies = second.answer(desk.world.drawn("left-over", 16, lambda w: w.plain()))
    mixed = [reply for reply in replies if set(reply.citations) & before]
    assert not mixed, f"{len(mixed)} of {len(replies)} tickets cite documents of the client that was there before."


def per_ticket(desk, name, documents):
    """Milliseconds for a ticket among `documents`: tickets that were never asked, in a process that has seen none.
    Fails where hardly any right document is cited."""
    cases = desk.world.drawn(f"latency-{name}", 30, lambda w: w.plain())
    desk.begin_again(documents)
    replies = desk.answer(cases)
    each = desk.candidate.last_seconds[: len(cases)]
    found = share(reply.cites(case) for case, reply in paired(cases, replies))
    assert found >= 0.3, f"Among {len(documents)} documents, hardly any right one is cited."
    return 1000 * median(each)


@pytest.mark.points(2, group="operations")
def test_latency_hardly_grows_with_the_collection(desk, metric):
    """The time for a ticket hardly grows with the collection"""
    desk.require_use()
    small = per_ticket(desk, "small", desk.world.documents)
    big = per_ticket(desk, "large", large(desk.world))
    metric("latency_large", big, floor=60.0, target=8.0, unit="ms")
    # a scan of all documents by a fast client takes 1.9 to 3.6 times as long, whatever else runs: no part of the scale
    metric("latency_growth", growth(small, big), floor=8.0, target=4.0, unit="times")


def growth(small, big):
    """How often `small` milliseconds go into `big` ones, half a millisecond for asking on both sides. Who takes long
    among few documents gains nothing by it: the small figure counts up to ENOUGH only."""
    return (big + 0.5) / (min(small, ENOUGH) + 0.5)


@pytest.mark.points(1, group="operations")
def test_building_a_large_collection_costs_little(desk, metric):
    """Building a collection five times as large takes little time and memory"""
    desk.require_use()
    desk.read([])
    desk.begin_again(large(desk.world))
    seconds = desk.candidate.seconds
    cases = desk.world.drawn("after-large", 12, lambda w: w.plain())
    found = share(reply.cites(case) for case, reply in paired(cases, desk.answer(cases)))
    assert found >= 0.3, "Among more documents, hardly any right one is cited."
    each = desk.candidate.last_seconds
    put_off = max(0.0, sum(each) - len(each) * median(each))  # what the first tickets wait for was building, too
    metric("build_seconds", seconds + put_off, floor=6.0, target=1.5, unit="s")
    # All that the container holds, not what it holds more than before: who holds much before gains nothing by it.
    metric("memory", desk.candidate.peak_memory() / 1e6, floor=250.0, target=80.0, unit="MB")
