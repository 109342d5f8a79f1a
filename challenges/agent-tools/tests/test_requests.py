# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

import pytest


def plain(write, each):
    makes = (write.refund_rest, write.refund_amount, write.cancel, write.track)
    return [make() for make in makes for _ in range(each)]


@pytest.mark.points(3, group="requests")
def test_plain_requests_are_carried_out(stage, metric):
    """Refunds, cancellations and questions are carried out once, as they were asked for"""
    desk = stage("plain", "public")
    metric("plain_right", desk.share_right(desk.play(plain(desk.write, 2))), floor=0.3, target=1.0)


@pytest.mark.points(4, group="requests")
def test_requests_in_other_words_and_languages_are_carried_out(stage, metric):
    """The same in words and languages that the sample does not show"""
    desk = stage("held")
    metric("held_right", desk.share_right(desk.play(plain(desk.write, 2))), floor=0.3, target=1.0)


@pytest.mark.points(3, group="requests")
def test_several_requests_in_one_message_are_all_carried_out(stage, metric):
    """Two requests, or a request and a confirmation by e-mail, in one message"""
    desk = stage("several")
    cases = [desk.write.two_requests() for _ in range(2)] + [desk.write.confirmed() for _ in range(2)]
    metric("several_right", desk.share_right(desk.play(cases)), floor=0.25, target=1.0)
