# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import statistics

import pytest
from grader_kit import share
from support import problems, worths
from world.pick import cases, never_pays, pays
from world.sums import best_experiment

SMALL = 5
"""Rows whose cost is no matter, where none should have been bought."""


@pytest.mark.points(8, group="experiment")
def test_the_experiment_is_worth_its_cost(desk, metric):
    """The experiment saves more than it costs, and none is proposed where none does"""
    paying = cases(desk.seed, "pays", ("plain",) * 8, (pays,))
    idle = cases(desk.seed, "never", ("plain",) * 8, (never_pays,))
    judged = desk.judge((*paying, *idle))
    most = [best_experiment(case.reading, case.dossier["experiment"])[2] for case in paying]
    value = statistics.fmean(max(0.0, worths(*one) / best) for one, best in zip(judged, most, strict=False))
    left = share(reply.experiment and reply.experiment["rows"] <= SMALL for _, reply in judged[len(paying) :])
    metric("worth", value * left, floor=0.2, target=0.9)
    print(f"{value:.0%} of what experiments are worth, none where none is: {left:.0%}{problems(judged)}")
