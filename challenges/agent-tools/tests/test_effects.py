# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from dataclasses import replace

import pytest


def paid_twice(desk):
    """Cases in which more was done than asked for."""
    wanted = {"refund": 1, "cancel_order": 1}
    done = [(effect.case, effect.tool) for effect in desk.effects(*wanted)]
    return len(done) - len(set(done))


@pytest.mark.points(4, group="effects")
def test_a_timeout_pays_once(stage, metric):
    """After a timeout that may or may not have been carried out, it is done exactly once"""
    desk = stage("timeouts")
    write, faults = desk.write, (["timeout_done"], ["timeout_lost"], ["timeout_done", "timeout_done"])
    cases = [write.refund_amount(faults={"refund": kinds}) for kinds in faults]
    cases += [write.cancel(faults={"cancel_order": kinds}) for kinds in faults[:2]]
    cases.append(write.two_requests({"refund": ["timeout_lost", "timeout_done"]}))
    records = desk.play(cases)
    assert not paid_twice(desk), f"{paid_twice(desk)} times, something was done twice."
    metric("once_after_timeout", desk.share_right(records), floor=0.25, target=1.0)


@pytest.mark.points(3, group="effects")
def test_an_event_that_is_delivered_twice_pays_once(stage, metric):
    """A step that is run again after a crash, with the state from before, does nothing twice"""
    desk = stage("again")
    cases = [desk.write.refund_amount(again=True) for _ in range(3)]
    cases += [desk.write.twice(again=True), desk.write.cancel(again=True)]
    records = desk.play(cases)
    ones = [(e.case, e.tool) for e in desk.effects("refund") if e.case != cases[3].id]
    assert len(ones) == len(set(ones)), f"{len(ones) - len(set(ones))} refunds were paid twice."
    metric("once_after_crash", desk.share_right(records), floor=0.2, target=1.0)


@pytest.mark.points(1, group="effects")
def test_a_tool_that_asks_to_wait_is_given_its_time(stage, metric):
    """A tool that is overloaded gets the time that it asks for, and is then tried again"""
    desk = stage("waits")
    write = desk.write
    cases = [write.refund_amount(faults={"refund": ["rate_limited"]}) for _ in range(2)]
    cases += [write.cancel(faults={"get_order": ["rate_limited"]}) for _ in range(2)]
    right = desk.share_right(desk.play(cases))
    early = sum(desk.backend.early.values())
    assert not early, f"{early} attempts came before the time that the tool had asked for."
    metric("waited", right, floor=0.25, target=1.0)


@pytest.mark.points(2, group="effects")
def test_what_cannot_succeed_is_not_tried_again(stage, metric):
    """A conflict is final: it is tried once, and the customer is told the truth about it"""
    desk = stage("conflicts")
    write = desk.write
    cases = [write.two_requests({"cancel_order": ["conflict"]}) for _ in range(2)]
    cases = [_partly(case) for case in cases] + [write.half_possible() for _ in range(2)]
    right = desk.share_right(desk.play(cases))
    tried = [desk.backend.attempts[case.id, "cancel_order"] for case in cases[:2]]
    assert max(tried) <= 1, f"A cancellation that met a conflict was tried {max(tried)} times."
    metric("told_truly", right, floor=0.25, target=1.0)


def _partly(case):
    return replace(case, effects=case.effects[:1], ends=["partly"])


@pytest.mark.points(2, group="effects")
def test_a_tool_that_stays_down_is_given_up_after_three_attempts(stage, metric):
    """A tool that fails is tried at most three times, then a person gets the case"""
    desk = stage("down")
    write = desk.write
    down = [write.refund_amount(faults={"refund": ["unavailable"] * 9}) for _ in range(2)]
    down.append(write.cancel(faults={"get_order": ["unavailable"] * 9}))
    end = {"effects": [["escalate", {"reason": "tool_failure"}]], "ends": ["escalate:tool_failure"]}
    up = [
        write.refund_amount(faults={"refund": ["unavailable"] * 2}),
        write.track(faults={"get_order": ["unavailable"]}),
    ]
    records = desk.play([replace(case, **end) for case in down] + up)
    attempts = [desk.backend.attempts[case.id, "refund"] for case in down[:2]]
    assert max(attempts) <= 3, f"A refund was attempted {max(attempts)} times."
    right = desk.verdicts(records)
    metric("given_up_in_time", min(right[:3].count("") / 3, right[3:].count("") / 2), floor=0.0, target=1.0)
