# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import statistics

import pytest
from grader_kit import share
from support import crossing, even, problems
from world.pick import USUAL, cases
from world.sums import best, moved


@pytest.mark.points(4, group="switch")
def test_the_break_even_is_where_both_cost_the_same(desk, metric):
    """The break-even is where both cost the same, and there is none where there is none"""
    made = cases(desk.seed, "break-even", ("plain",) * 30, untidy=USUAL)
    judged = desk.judge(made)
    there = [even(case, reply) for case, reply in judged if crossing(case) is not None]
    nowhere = [even(case, reply) for case, reply in judged if crossing(case) is None]
    value = statistics.fmean(statistics.fmean(part) for part in (there, nowhere) if part)
    metric("break_even", value, floor=0.5, target=0.95)
    print(
        f"{statistics.fmean(there or [0]):.0%} where there is one, {statistics.fmean(nowhere or [0]):.0%} where not{problems(judged)}"
    )


@pytest.mark.points(6, group="switch")
def test_it_is_known_what_would_turn_the_choice(desk, metric):
    """What would turn the choice is told from what would not, with the option that would be the best then"""
    made = cases(desk.seed, "drivers", ("plain",) * 20, untidy=USUAL)
    judged = desk.judge(made)
    turned, same = [], []
    for case, reply in judged:
        now = best(case.reading)
        for driver in case.dossier["ask"]["drivers"]:
            then = best(moved(case.reading, driver))
            right = (reply.drivers or {}).get(driver["id"]) == then
            (same if then == now else turned).append(right)
    metric("drivers", (share(turned) + share(same)) / 2, floor=0.55, target=0.95)
    print(f"{share(turned):.0%} of what turns it, {share(same):.0%} of what does not{problems(judged)}")
