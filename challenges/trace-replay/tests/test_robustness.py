# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6
from __future__ import annotations

import copy

import pytest
from grader_kit import share
from support import problems
from world import FAULTS, PLAIN

EVERY_WAY = [variant for variants in FAULTS.values() for variant in variants]


def malformed(trace):
    """Traces as a broken exporter writes them."""
    odd = [{}, {"id": None}, {"steps": None}, {"steps": [None, 3, "x", {}]}, trace | {"steps": []}]
    odd += [{key: value for key, value in trace.items() if key != left_out} for left_out in trace]
    odd += [trace | {key: None} for key in trace]
    odd += [trace | {"answer": 42}, trace | {"audit": []}, trace | {"user": "u-1"}, trace | {"at": "yesterday"}]
    for key in ("step", "passages", "text", "output", "query", "version"):
        broken = copy.deepcopy(trace)
        for step in broken["steps"]:
            step.pop(key, None)
        odd.append(broken)
    return odd


@pytest.mark.points(2, group="robustness")
def test_malformed_traces_get_a_usable_reply(detector, metric):
    """Malformed traces get a usable reply"""
    odd = [trace for case in detector.world.cases("malformed", [PLAIN], 2) for trace in malformed(case.trace)]
    replies = detector.among("malformed", odd)
    metric("usable_replies", share(not reply.problem for reply in replies), floor=0.6, target=1.0)


@pytest.mark.points(1, group="robustness")
def test_steps_and_fields_that_nobody_knows_change_nothing(detector, metric):
    """Steps and fields that the instruction does not know change nothing"""
    judged = detector.judge_among("extended", detector.world.drawn("extended", EVERY_WAY, 0, 2))
    right = [(case, reply) for case, reply in judged if case.cause == reply.cause]
    again = detector.read([extended(case.trace) for case, _ in right])
    same = share(reply.cause == case.cause for (case, _), reply in zip(right, again))
    assert right, f"No cause was right to begin with.{problems(judged)}"
    metric("unchanged", same, floor=0.5, target=1.0)


def extended(trace):
    """`trace` as next month's exporter writes it."""
    trace = copy.deepcopy(trace)
    trace["region"] = {"name": "north", "zone": 3}
    trace["steps"].insert(1, {"step": "guardrail", "ms": 12, "ok": True, "text": "no finding"})
    trace["steps"].append({"step": "deliver", "ms": 30, "status": "ok"})
    for step in trace["steps"]:
        step["host"] = "worker-17"
    return trace


@pytest.mark.points(1, group="robustness")
def test_the_same_trace_gets_the_same_reply_in_any_order(detector):
    """The same trace gets the same reply, whatever came before it"""
    traces = [case.trace for case in detector.world.drawn("order", EVERY_WAY, 0, 2)]
    first, second = detector.among("order", traces), detector.read(traces)
    changed = sum(a != b or bool(a.problem) for a, b in zip(first, second))
    assert not changed, f"{changed} of {len(traces)} traces got another reply the second time, or none"
