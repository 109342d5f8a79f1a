# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import statistics

import pytest
from grader_kit import unusable, wrong_keys, wrong_number
from world.cuts import cut

EACH, COUNTED = 24, 48
"""Of cuts whose share has to be counted more, since the middle of all scores is a lucky cut there now and then."""
FLOOR = {"given": 0.8, "review": 0.8, "counted": 0.8, "capacity": 0.8}
"""Where credit begins, between the best thoughtless way (0) and the best cuts (1): one oversight costs about as much."""
FULL = 0.94


def wrong(asked, value) -> str:
    bad = wrong_keys(value, ("pass_below", "block_from"), "threshold")
    return bad or next((each for name in value if (each := wrong_number(value[name], name, 0, 100))), "")


def earned(work, kinds, each, capacity=False):
    """Kind → what the cuts are worth, in the mean."""
    made = [cut(work.stream("cuts", kind, at, capacity), kind, capacity) for kind in kinds for at in range(each)]
    replies = work.checked("threshold", [each.asked for each in made], wrong)
    problems = [problem for _, problem in replies]
    assert not all(problems), f"No reply was usable.{unusable(problems)}"
    got: dict[str, list[float]] = {}
    for one, (value, problem) in zip(made, replies, strict=True):
        cost = None if problem else one.cost(float(value["pass_below"]), float(value["block_from"]))
        got.setdefault(one.kind, []).append(
            0.0 if cost is None else max(-0.5, (one.naive - cost) / (one.naive - one.best))
        )
    print({kind: [round(value, 2) for value in values] for kind, values in got.items()}, unusable(problems))
    return {kind: max(0.0, statistics.fmean(values)) for kind, values in got.items()}


@pytest.mark.points(6, group="weighing")
def test_cuts_cost_little_where_they_are_used(work, metric):
    """Cuts cost little by the costs of that place, at the share of bad cases there"""
    for kind, value in earned(work, ("given", "review"), EACH).items():
        metric(kind, value, floor=FLOOR[kind], target=FULL)


@pytest.mark.points(6, group="weighing")
def test_the_share_of_bad_cases_is_counted_where_nobody_says_it(work, metric):
    """Where nobody says how many cases are bad, it is worked out from scores that nobody has looked at"""
    metric("counted", earned(work, ("counted",), COUNTED)["counted"], floor=FLOOR["counted"], target=FULL)
