# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import pytest
from support import pairs


@pytest.mark.points(8, group="gate")
def test_calls_keep_to_what_plan_and_user_say(work, metric):
    """Calls keep to the plan and to the user's own words, in whatever form they are written"""
    pairs(work, metric, "words", ("word", "forms", "pasted", "refused"))


@pytest.mark.points(7, group="gate")
def test_calls_that_are_put_together_are_told_apart(work, metric):
    """Values of two parts, coded values and calls that come again are told from what an order makes of them"""
    pairs(work, metric, "together", ("parts", "coded", "times"))
