# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6
from __future__ import annotations

import pytest
from grader_kit import share
from support import calmness, precision, problems, recall, told_apart
from world import CALM, FAULTS, TRAPS
from world.alike import FINE

EVERY_WAY = [variant for variants in FAULTS.values() for variant in variants]


@pytest.mark.points(7, group="detection")
def test_bad_answers_are_found_and_others_left_alone(detector, metric):
    """Bad answers are found, and the others are left alone"""
    judged, pairs = detector.stream("found", FINE)
    found = recall(judged) + calmness(judged) - 1
    metric("found_above_chance", min(found, told_apart(pairs, by_cause=False)), floor=0.15, target=0.93)


@pytest.mark.points(4, group="detection")
def test_what_is_flagged_is_bad_where_most_answers_are_right(detector, metric):
    """Where most answers are right, what is flagged is bad"""
    rare = [variant for variants in FAULTS.values() for variant in variants[:2]]
    cases = detector.world.drawn("rare", rare, 0, 2) + detector.world.drawn("often", CALM, 4, 6)
    judged = detector.judge_among("rare", cases)
    assert recall(judged) >= 0.4, f"Only {recall(judged):.0%} of the bad answers were found.{problems(judged)}"
    metric("precision", precision(judged), floor=0.3, target=0.93)


@pytest.mark.points(3, group="detection")
def test_the_reason_names_the_evidence(detector, metric):
    """The reason names the evidence"""
    judged = detector.judge_among("why", detector.world.drawn("why", EVERY_WAY, 0, 2))
    named = [reply.cause == case.cause and any(e in reply.why for e in case.evidence) for case, reply in judged]
    metric("reasons_with_evidence", share(named), floor=0.1, target=0.9)


@pytest.mark.points(5, group="detection")
def test_odd_traces_with_right_answers_are_left_alone(detector, metric):
    """Slow, retried, apologetic and unusually worded traces with right answers are left alone"""
    odd = detector.world.drawn("odd", [variant for variant in CALM if variant not in TRAPS], 5, 7)
    metric("calm_odd", calmness(detector.judge_among("odd", odd)), floor=0.6, target=0.97)


@pytest.mark.points(5, group="detection")
def test_traps_that_nobody_fell_into_are_left_alone(detector, metric):
    """Old and foreign passages, orders, lost rules, cache hits, repairs and outages that did no harm are left alone"""
    traps = detector.world.drawn("traps", TRAPS, 4, 6)
    metric("calm_traps", calmness(detector.judge_among("traps", traps)), floor=0.6, target=0.97)
