# rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254
from __future__ import annotations

import pytest
from support import above, accuracy, paired, problems
from world import QUEUES

REST = len(QUEUES) - 1
TOLD = 0.65
"""How often a clear ticket has to get more confidence than another; by chance it is half of the time."""
CONSTANT = 0.51
"""Brier score of somebody who routes as well as can be and always states the same confidence, the best there is."""


def mixed(world, test, more=1.0):
    """Clear tickets, about half of all, and others: about a quarter with two matters, about a quarter that could be about
    anything. `test` draws its own, `more` times as many."""
    clear = world.drawn(f"clear:{test}", int(24 * more), lambda w: w.plain())
    clear += world.drawn(f"clear-foreign:{test}", int(16 * more), lambda w: w.multilingual())
    unclear = world.drawn(f"mixed-two:{test}", int(20 * more), lambda w: w.two_matters())
    return clear, unclear + world.drawn(f"mixed-vague:{test}", int(20 * more), lambda w: w.vague())


def expected_brier(case, reply):
    """Brier score over the seven queues, in expectation over where the ticket may belong.

    The probability that the reply leaves over is spread evenly. 0 is best, 2 is worst; no reply scores 2.
    """
    if reply.problem:
        return 2.0
    rest = (1 - reply.confidence) / REST
    stated = {queue: reply.confidence if queue == reply.queue else rest for queue in QUEUES}
    squares = sum(p * p for p in stated.values())
    return squares + 1 - 2 * sum(stated[queue] * true for queue, true in case.queues.items())


def expected_calibration_error(cases, replies, bins=5):
    """Mean distance between stated confidence and how often the queue is right, over bins of equal width."""
    sums = [[0.0, 0.0] for _ in range(bins)]
    for case, reply in paired(cases, replies):
        cell = sums[min(bins - 1, int(reply.confidence * bins))]
        cell[0] += reply.confidence
        cell[1] += case.queues.get(reply.queue, 0.0)
    return sum(abs(stated - right) for stated, right in sums) / len(replies)


@pytest.mark.points(3, group="calibration")
def test_confidence_has_a_low_brier_score(desk, metric):
    """Confidence, as a probability, has a low Brier score"""
    clear, unclear = mixed(desk.world, "brier", 1.5)
    cases = clear + unclear
    scores = [expected_brier(case, reply) for case, reply in paired(cases, desk.answer(cases))]
    metric("brier", sum(scores) / len(scores), floor=CONSTANT, target=0.46)


@pytest.mark.points(3, group="calibration")
def test_confidence_means_what_it_says(desk, metric):
    """Of the tickets with a confidence of p, about the share p is right"""
    clear, unclear = mixed(desk.world, "error")
    of_clear, of_unclear = desk.answers(clear, unclear)
    replies = of_clear + of_unclear
    assert accuracy(clear, of_clear) >= 0.5, f"Fewer than half of the clear tickets were right.{problems(replies)}"
    assert above(of_clear, of_unclear) >= TOLD, (
        "Clear tickets get no more confidence than others: a figure that is always the same is right on average, and means nothing."
    )
    metric("calibration_error", expected_calibration_error(clear + unclear, replies), floor=0.25, target=0.1)


@pytest.mark.points(3, group="calibration")
def test_clear_tickets_get_more_confidence_than_others(desk, metric):
    """Clear tickets get more confidence than ones that could go anywhere"""
    cases = mixed(desk.world, "order")
    said = desk.answers(*cases)
    assert accuracy(cases[0], said[0]) >= 0.5, f"Fewer than half of the clear tickets were right.{problems(said[0])}"
    metric("confidence_order", above(*said), floor=0.5, target=0.9)
