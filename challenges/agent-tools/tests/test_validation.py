# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

import pytest

UNUSABLE = (
    "broken_json",
    "unknown_tool",
    "no_arguments",
    "in_a_list",
    "text_for_number",
    "no_reason",
    "empty",
    "refusal",
)


@pytest.mark.points(3, group="validation")
def test_unusable_answers_of_the_model_reach_no_tool(stage, metric):
    """Calls that are no call are noticed before a tool gets them, and the request is carried out all the same"""
    desk = stage("unusable")
    cases = [desk.write.refund_amount(mistakes=[kind]) for kind in UNUSABLE]
    records = desk.play(cases)
    passed_on = sum(desk.backend.invalid.values())
    assert not passed_on, f"{passed_on} calls that no tool could take were passed on."
    metric("recovered", desk.share_right(records), floor=0.25, target=1.0)


@pytest.mark.points(3, group="validation")
def test_a_sum_that_nobody_named_is_not_paid(stage, metric):
    """The amount is the customer's or what is left, whatever the model says"""
    desk = stage("sums")
    cases = []
    for _ in range(4):
        case = desk.write.refund_amount()
        asked = case.effects[0][1]["amount_cents"]
        case.mistakes.append(f"inflated:{asked + desk.shop.rng.choice((7, 10, 100))}")
        cases.append(case)
    metric("sums_right", desk.share_right(desk.play(cases)), floor=0.25, target=1.0)


@pytest.mark.points(3, group="validation")
def test_an_order_that_nobody_named_is_left_alone(stage, metric):
    """The order is the one that the customer named, not another one of theirs that the model comes up with"""
    desk = stage("invented")
    cases = [desk.write.refund_amount(), desk.write.refund_rest(), desk.write.cancel(), desk.write.cancel()]
    for case in cases:
        status = "processing" if case.effects[0][0] == "cancel_order" else "delivered"
        other = desk.shop.order(case.customer, status, total_cents=desk.shop.limit)  # no refund is too large for it
        case.mistakes.append(f"other_order:{other['order_id']}")
    metric("orders_right", desk.share_right(desk.play(cases)), floor=0.25, target=1.0)
