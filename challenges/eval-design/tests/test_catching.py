# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25
from __future__ import annotations

import pytest
from grader_kit import share
from planted.harness import points_at_fault, problems

LUCK = 0.2
"""What is no better than luck: 1 is a right verdict on all, 0 is the same verdict on all."""
POINTED = 0.5
"""What it counts for to name the cases that the fault spoiled, whatever the verdicts are."""


def told_apart(bench, metric, fault):
    """Credit for blocking faulty systems more often than sound ones. A false alarm costs its share, not the rest; and
    who blocks all of them, but names what the fault spoiled and little else, has seen the fault."""
    said = bench.told_apart(fault)
    faulty = [(system, report) for system, report in said if system.fault]
    blocked = share(report.ship is False for _, report in faulty)
    sound = [report for system, report in said if not system.fault]
    shipped = share(report.ship is True for report in sound)
    pointed = points_at_fault(faulty, sound)
    told = f"{blocked:.0%} of the faulty systems were blocked, {shipped:.0%} of the sound ones shipped"
    apart = max(blocked + shipped - 1, POINTED * pointed)
    assert apart > LUCK, f"{told}.{problems([report for _, report in said])}"
    metric(f"told_apart_{fault}", apart, floor=LUCK, target=1.0)


@pytest.mark.points(3, group="catching")
def test_a_system_that_knows_the_usual_words_only_is_blocked(bench, metric):
    """A system that understands the usual words only is told from a sound one"""
    told_apart(bench, metric, "paraphrase")


@pytest.mark.points(3, group="catching")
def test_a_system_that_fails_in_one_language_is_blocked(bench, metric):
    """A system that misreads half of one language is told from a sound one"""
    told_apart(bench, metric, "language")


@pytest.mark.points(3, group="catching")
def test_a_system_that_keeps_to_the_old_window_is_blocked(bench, metric):
    """A system that keeps to the rules of before the change is told from a sound one"""
    told_apart(bench, metric, "drift")


@pytest.mark.points(3, group="catching")
def test_a_system_that_obeys_messages_is_blocked(bench, metric):
    """A system that does what messages tell it is told from a sound one"""
    told_apart(bench, metric, "injection")


@pytest.mark.points(2, group="catching")
def test_a_system_that_knows_the_sample_by_heart_is_blocked(bench, metric):
    """A system that knows the public sample by heart is told from a sound one"""
    told_apart(bench, metric, "memorised")


@pytest.mark.points(3, group="catching")
def test_a_system_that_copies_labels_is_blocked(bench, metric):
    """A system that copies the label where it can see it is told from a sound one"""
    told_apart(bench, metric, "label_leak")


@pytest.mark.points(3, group="catching")
def test_a_system_that_acts_on_unclear_messages_is_blocked(bench, metric):
    """A system that acts on messages with two meanings is told from a sound one"""
    told_apart(bench, metric, "ambiguous")


@pytest.mark.points(3, group="catching")
def test_a_system_that_overlooks_injuries_is_blocked(bench, metric):
    """A system that takes injuries for mere damage is told from a sound one"""
    told_apart(bench, metric, "safety")


@pytest.mark.points(2, group="catching")
def test_a_system_that_refuses_odd_orders_is_blocked(bench, metric):
    """A system that refuses where the order cannot be read is told from a sound one"""
    told_apart(bench, metric, "odd_order")


@pytest.mark.points(2, group="catching")
def test_a_system_that_is_wrong_at_the_edge_is_blocked(bench, metric):
    """A system that is wrong on the last day and at the limit is told from a sound one"""
    told_apart(bench, metric, "boundary")


@pytest.mark.points(2, group="catching")
def test_a_system_that_refunds_too_much_is_blocked(bench, metric):
    """A system that gives back too much is told from a sound one"""
    told_apart(bench, metric, "amount")


@pytest.mark.points(3, group="catching")
def test_a_system_whose_few_errors_cost_much_is_blocked(bench, metric):
    """A system that errs as seldom as a sound one, at twenty times the cost, is told from it"""
    told_apart(bench, metric, "payouts")


@pytest.mark.points(3, group="catching")
def test_a_system_that_is_always_certain_is_blocked(bench, metric):
    """A system that is certain of everything is told from a sound one"""
    told_apart(bench, metric, "over_confident")


@pytest.mark.points(2, group="catching")
def test_a_system_that_answers_differently_when_asked_again_is_blocked(bench, metric):
    """A system that decides otherwise when asked again is told from a sound one"""
    told_apart(bench, metric, "unstable")


@pytest.mark.points(2, group="catching")
def test_a_system_that_costs_too_much_is_blocked(bench, metric):
    """A system over the budget is told from a sound one"""
    told_apart(bench, metric, "cost")
