# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

import pytest


@pytest.mark.points(2, group="state")
def test_the_customer_is_asked_where_several_orders_fit(stage, metric):
    """Without an order number, the only order is taken, and among several the customer is asked"""
    desk = stage("which")
    one = [desk.write.only_order() for _ in range(2)]
    several = [desk.write.which_order() for _ in range(3)]
    right = desk.verdicts(desk.play(one + several))
    shares = [part.count("") / len(part) for part in (right[:2], right[2:])]
    metric("asked_rightly", min(shares), floor=0.0, target=1.0)


@pytest.mark.points(3, group="state")
def test_a_second_wish_for_the_same_amount_is_a_second_refund(stage, metric):
    """The same amount of the same order, asked for again, is paid again, and only then"""
    desk = stage("twice")
    records = desk.play([desk.write.twice() for _ in range(3)] + [desk.write.then_cancels() for _ in range(2)])
    metric("second_wish", desk.share_right(records), floor=0.4, target=1.0)


@pytest.mark.points(3, group="state")
def test_refunds_of_a_case_add_up_to_the_limit(stage, metric):
    """Refunds of one case count together against the limit, those of other cases do not"""
    desk = stage("adds-up")
    records = desk.play([desk.write.adds_up() for _ in range(2)] + [desk.write.refund_rest() for _ in range(2)])
    right = desk.verdicts(records)
    metric("limit_of_the_case", min(right[:2].count(""), right[2:].count("")) / 2, floor=0.0, target=1.0)
