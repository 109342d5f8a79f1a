# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import pytest
from grader_kit import share
from support import checked, padded, problems
from world.pick import cases, clear_before, lone, turns
from world.reading import read
from world.sums import best


@pytest.mark.points(6, group="change")
def test_a_change_of_requirements_changes_what_it_should(desk, metric):
    """With the second envelope's change the choice is another, without it it stays"""
    made = cases(desk.seed, "change", ("change",) * 10, (turns, clear_before, lone), untidy=0.1)
    asked = [padded(case) for case in made]
    before = [{key: value for key, value in each.items() if key != "addendum"} for each in asked]
    values = desk.candidate.map("decide", asked + before, errors="return")
    replies = [checked(case, value) for case, value in zip((*made, *made), values, strict=True)]
    both = [
        after.choice == best(case.reading) and first.choice == best(read(case.dossier, ["change"]))
        for case, after, first in zip(made, replies, replies[len(made) :], strict=False)
    ]
    metric("pairs", share(both), floor=0.15, target=0.9)
    print(f"{sum(both)} of {len(both)} pairs{problems(list(zip(made, replies, strict=False)))}")
