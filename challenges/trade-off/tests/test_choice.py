# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
from __future__ import annotations

import pytest
from grader_kit import share
from support import mean_regret, problems
from world.blind import BLIND
from world.careful import choice, limit_of
from world.futures import regret
from world.pick import KINDS, cases, lone, turns, weighs
from world.sums import best

SLACK = 0.02
"""Regret that costs nothing."""
OTHERS = 0.1
"""How many dossiers are untidy in a way that does not decide them: few, so that few are drawn in vain."""
BEGINS, FULL = 0.7, 0.95
"""Share of good choices where credit begins, which none of the blind ways reaches in the long run (the best 0.58), and where
it is full. Both are fixed: a floor that is measured on so few dossiers moves everybody's credit from seed to seed."""


def blind(made) -> float:
    """The least regret of those who weigh nothing, on the same dossiers."""
    return min(mean_regret(made, [choose(case.dossier) for case in made]) for choose in BLIND)


@pytest.mark.points(12, group="choice")
def test_the_choice_costs_little_more_than_the_best(desk, metric):
    """The choice costs little more than the best one, where one thing in the dossier decides"""
    made = cases(desk.seed, "choice", KINDS * 2, (turns, lone), untidy=OTHERS)
    judged = desk.judge(made)
    missed = sorted({case.kind for case, reply in judged if reply.choice != best(case.reading)})
    good = share(regret(case.loss, reply.choice or "") <= SLACK for case, reply in judged)
    metric("good", good, floor=BEGINS, target=FULL)
    assert good, f"No choice was the best one.{problems(judged)}"
    print(f"another choice than the best where this decides: {', '.join(missed) or 'nothing'}{problems(judged)}")


@pytest.mark.points(4, group="choice")
def test_rules_are_weighed_or_kept(desk, metric):
    """Of rules that contradict each other the dearer is kept, and one that cannot be bought off is kept whatever it costs"""
    made = cases(desk.seed, "rules", ("rules", "region") * 5, (turns, lone), untidy=OTHERS)
    judged = desk.judge(made)
    floor = max(blind(made), 3 * SLACK)
    metric("regret", mean_regret(made, [reply.choice for _, reply in judged]), floor=floor, target=SLACK)


@pytest.mark.points(12, group="choice")
def test_few_rows_count_for_what_they_are_worth(desk, metric):
    """Where there are few rows, they are taken neither at their word nor for nothing"""
    made = cases(desk.seed, "few", ("few",) * 20 + ("telling",) * 8, (weighs,), untidy=OTHERS)
    judged = desk.judge(made)
    word, nothing = (
        share(reply.choice == careful(case) for case, reply in judged if case.kind == kind)
        for kind in ("few", "telling")
    )
    metric("weighed", word * nothing, floor=0.1, target=0.45)
    print(f"{word:.0%} right where rows taken at their word mislead, {nothing:.0%} where rows taken for nothing do")


def careful(case) -> str:
    """What a careful reader chooses, which is the best in the futures, too."""
    return choice(case.reading, limit_of(case.dossier))
