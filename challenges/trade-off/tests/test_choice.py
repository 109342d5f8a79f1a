# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import pytest
from support import mean_regret, problems
from world.blind import BLIND
from world.pick import KINDS, cases, turns
from world.sums import best

SLACK = 0.02
"""Mean regret that costs nothing."""


def blind(made) -> float:
    """The least regret of those who weigh nothing, on the same dossiers."""
    return min(mean_regret(made, [choose(case.dossier) for case in made]) for choose in BLIND)


@pytest.mark.points(16, group="choice")
def test_the_choice_costs_little_more_than_the_best(desk, metric):
    """The choice costs little more than the best one, where one thing in the dossier decides"""
    made = cases(desk.seed, "choice", KINDS * 2, (turns,))
    judged = desk.judge(made)
    missed = sorted({case.kind for case, reply in judged if reply.choice != best(case.reading)})
    cost = mean_regret(made, [reply.choice for _, reply in judged])
    metric("regret", cost, floor=max(blind(made), 3 * SLACK), target=SLACK)
    assert cost < 1, f"No choice was the best one.{problems(judged)}"
    print(f"another choice than the best where this decides: {', '.join(missed) or 'nothing'}{problems(judged)}")


@pytest.mark.points(6, group="choice")
def test_rules_are_weighed_or_kept(desk, metric):
    """Of rules that contradict each other the dearer is kept, and one that cannot be bought off is kept whatever it costs"""
    made = cases(desk.seed, "rules", ("rules", "region") * 5, (turns,))
    judged = desk.judge(made)
    floor = max(blind(made), 3 * SLACK)
    metric("regret", mean_regret(made, [reply.choice for _, reply in judged]), floor=floor, target=SLACK)
