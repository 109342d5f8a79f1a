# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import pytest
from support import pairs
from test_cuts import EACH, FLOOR, FULL, earned


@pytest.mark.points(6, group="change")
def test_delegates_speak_for_the_user_and_nobody_else_does(work, metric):
    """Since the second envelope a delegate's signed word counts, for the tools and days that are named, and nobody else's"""
    pairs(work, metric, "change", ("delegates",), 20)


@pytest.mark.points(4, group="change")
def test_cuts_keep_to_what_can_be_reviewed(work, metric):
    """Since the second envelope cuts take account of how much can be reviewed"""
    metric("capacity", earned(work, ("review",), EACH, capacity=True)["review"], floor=FLOOR["capacity"], target=FULL)
