"""The alternative-annotator test: could the judge stand in for one of the people? (Calderon, Reichart & Dror, ACL 2025)

A constant judge can pass it, and so can a judge of people who disagree with each other. It is reported beside the
best constant's result, and never gates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.agreement.kappa import Floats, Levels
from grader.agreement.significance import benjamini_yekutieli, t_test_below, wilcoxon_below
from grader.agreement.statistic import Statistic, undefined

RATE = 0.05
PASS = 0.5
FEW = 30
"""Below this many items Wilcoxon's signed ranks take the place of the t-test."""


@dataclass(frozen=True, kw_only=True)
class AltTest:
    """The winning rate ω (share of people over whom the judge wins) and the mean advantage probability ρ."""

    winning_rate: Statistic
    advantage: Statistic
    passed: bool | None
    """ω ≥ .5; None where ω is undefined."""
    epsilon: float
    people: tuple[int, ...]
    """Columns of the people who share an item with another person and the judge."""
    p_values: tuple[float, ...]
    """One for each of them."""


def alt_test(grid: Levels, judge: Levels, epsilon: float = 0.15) -> AltTest:
    """`grid` is items × people, `judge` a level index per item; -1 where a rating is missing.

    ε is what a judge may be worse because it is cheaper: .2 against experts, .15 skilled people, .1 a crowd.
    """
    tested = [(person, wins, gap) for person, (wins, gap) in enumerate(_contests(grid, judge)) if gap.size]
    p_values = tuple((wilcoxon_below if gap.size < FEW else t_test_below)(gap, epsilon) for _, _, gap in tested)
    if not tested:
        none = undefined("no item was rated by the judge and two people")
        return AltTest(winning_rate=none, advantage=none, passed=None, epsilon=epsilon, people=(), p_values=())
    won = benjamini_yekutieli(p_values, RATE)
    rate = sum(won) / len(won)
    return AltTest(
        winning_rate=Statistic(value=rate),
        advantage=Statistic(value=sum(float(wins.mean()) for _, wins, _ in tested) / len(tested)),
        passed=rate >= PASS,
        epsilon=epsilon,
        people=tuple(person for person, _, _ in tested),
        p_values=p_values,
    )


def _contests(grid: Levels, judge: Levels) -> list[tuple[Floats, Floats]]:
    """For each person, over the items they share with someone: whether the judge is as near to the others as the
    person is, and the difference (person at least as near) - (judge at least as near)."""
    there = grid >= 0
    count, total = there.sum(axis=1), np.where(there, grid, 0).sum(axis=1)
    contests = []
    for person in range(grid.shape[1]):
        use = there[:, person] & (count >= 2) & (judge >= 0)
        own, j = grid[use, person], judge[use]
        others, others_total = count[use] - 1, total[use] - own
        # The mean squared distance of x to the others is x² - 2x·mean + a term without x: whole numbers, no rounding.
        near = others * j**2 - 2 * j * others_total
        far = others * own**2 - 2 * own * others_total
        wins = (near <= far).astype(np.float64)
        contests.append((wins, (far <= near).astype(np.float64) - wins))
    return contests
