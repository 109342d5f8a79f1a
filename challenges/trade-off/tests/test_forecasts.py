# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import statistics

import pytest
from support import QUANTITIES, problems, sharpness, sharpness_of
from world.careful import forecasts, limit_of
from world.pick import USUAL, cases

WIDE, GOOD = 1.65, 1.1
"""Where credit begins and where it is full, in scores of intervals that a careful reader gives for the same dossiers; the mean
of the three quantities, so that who has one of them right by habit has nothing yet."""


@pytest.mark.points(20, group="forecasts")
def test_intervals_hold_what_comes_and_are_no_wider_than_they_must(desk, metric):
    """Intervals of 80 % hold what comes in the futures, and are no wider than the few rows of a dossier make them"""
    made = cases(desk.seed, "forecasts", ("sparse",) * 96, untidy=USUAL)
    judged = desk.judge(made)
    ratios = {}
    for quantity in QUANTITIES:
        own = statistics.fmean(score for case, reply in judged for score in sharpness(case, reply, (quantity,)))
        careful = statistics.fmean(
            score
            for case in made
            for score in sharpness_of(case, forecasts(case.reading, limit_of(case.dossier)), (quantity,))
        )
        ratios[quantity] = own / careful
    metric("intervals", statistics.fmean(ratios.values()), floor=WIDE, target=GOOD)
    assert any(reply.forecasts for _, reply in judged), f"No forecast was usable.{problems(judged)}"
    print(", ".join(f"{name} {value:.2f}" for name, value in ratios.items()))
