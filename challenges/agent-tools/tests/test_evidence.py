"""What the log of the live tools shows and their description does not."""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from world import CHANGED


def lower_share(desk, odd, usual):
    """The lower of two shares: what went right where a tool did otherwise than it says, and where it did what it says."""
    right = desk.verdicts(desk.play([*odd, *usual]))
    shares = right[: len(odd)].count("") / len(odd), right[len(odd) :].count("") / len(usual)
    return min(shares)


@pytest.mark.points(11, group="evidence")
def test_what_is_said_to_be_done_is_done_once(live, metric):
    """What a tool only says it did is done all the same, and what it did is not done again"""
    desk = live("silent")
    write, once = desk.write, ["silent"]
    odd = [write.refund_amount(faults={"refund": once}) for _ in range(2)]
    odd += [write.cancel(faults={"cancel_order": once}) for _ in range(2)]
    odd += [write.two_requests({"refund": once}), write.refund_amount(faults={"refund": once}, again=True)]
    odd.append(write.refund_rest(faults={"refund": once, "get_order": ["", "rate_limited"]}))
    usual = [write.refund_amount(faults={"get_order": ["", "unavailable", "unavailable"]})]
    usual += [write.refund_rest(), write.cancel(), write.two_requests()]
    metric("done_as_said", lower_share(desk, odd, usual), floor=0.0, target=1.0)


@pytest.mark.points(5, group="evidence")
def test_what_came_too_late_is_not_told_as_done(live, metric):
    """An order that left the house while it was being cancelled is not told to be cancelled"""
    desk = live("gone")
    gone = {"faults": {"cancel_order": ["gone"]}, "effects": [], "ends": ["refused"]}
    odd = [replace(desk.write.cancel(), **gone) for _ in range(4)]
    usual = [desk.write.cancel() for _ in range(2)]
    metric("told_as_it_is", lower_share(desk, odd, usual), floor=0.0, target=1.0)


@pytest.mark.points(5, group="evidence")
def test_a_tool_is_given_the_time_that_it_needs(live, metric):
    """Overloaded tools are tried again when they are ready again, and not given up before"""
    desk = live("busy")
    write, waits = desk.write, (2, 3, 4)
    odd = [write.refund_amount(faults={"refund": [f"busy:{minutes}"]}) for minutes in waits]
    odd += [write.cancel(faults={"cancel_order": [f"busy:{minutes}"]}) for minutes in waits[:2]]
    usual = [write.refund_amount(faults={"get_order": ["rate_limited"]}), write.cancel()]
    metric("given_time", lower_share(desk, odd, usual), floor=0.0, target=1.0)


@pytest.mark.points(6, group="evidence")
def test_a_retry_that_comes_late_does_nothing_twice(live, metric):
    """After a timeout and a long wait it is done exactly once, whether or not it was done before"""
    desk = live("late")
    write = desk.write
    odd = [write.refund_amount(faults={"refund": ["timeout_done", f"busy:{minutes}"]}) for minutes in (3, 4)]
    odd += [write.cancel(faults={"cancel_order": ["timeout_done", "busy:3"]})]
    odd += [write.refund_amount(faults={"refund": ["timeout_done", "busy:4"]}, again=True)]
    usual = [write.refund_amount(faults={"refund": ["timeout_lost"]}), write.cancel()]
    usual += [write.refund_amount(faults={"refund": ["timeout_lost", "busy:3"]})]
    metric("once_after_all", lower_share(desk, odd, usual), floor=0.0, target=1.0)


def placed(desk, case, day):
    """`case` with its orders placed on that day."""
    for _, arguments in case.effects:
        desk.shop.orders[arguments["order_id"]]["placed_on"] = day.isoformat()
    return case


@pytest.mark.points(9, group="evidence")
def test_sums_of_older_orders_are_paid_as_they_were(live, metric):
    """All that is left of an order is paid back, whenever it was placed"""
    desk = live("older")
    first, rng = date.fromisoformat(CHANGED), desk.shop.rng
    old = [first - timedelta(days=days) for days in (1, rng.randrange(3, 20), rng.randrange(20, 60), 2)]
    odd = [placed(desk, desk.write.refund_rest(), day) for day in old]
    odd.append(placed(desk, desk.write.only_order(), old[1]))
    usual = [placed(desk, desk.write.refund_rest(), first), desk.write.refund_rest()]
    usual += [placed(desk, desk.write.refund_amount(), old[2]), desk.write.cancel()]
    metric("paid_as_they_were", lower_share(desk, odd, usual), floor=0.0, target=1.0)
