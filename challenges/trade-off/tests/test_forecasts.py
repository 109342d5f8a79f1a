# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import statistics

import pytest
from support import QUANTITIES, problems, sharpness
from world.pick import cases

WIDE, GOOD = 2.2, 1.3
"""Where credit begins and where it is full, in scores of a right interval."""


@pytest.mark.points(18, group="forecasts")
def test_intervals_hold_what_comes_and_are_no_wider_than_they_must(desk, metric):
    """Intervals of 80 % hold what comes in the futures, and are no wider than they have to be"""
    judged = desk.judge(cases(desk.seed, "forecasts", ("plain",) * 12))
    for quantity in QUANTITIES:
        scores = [score for case, reply in judged for score in sharpness(case, reply, (quantity,))]
        metric(f"interval_{quantity}", statistics.fmean(scores), floor=WIDE, target=GOOD)
    assert any(reply.forecasts for _, reply in judged), f"No forecast was usable.{problems(judged)}"
