"""Selection rates of groups: four fifths in whole numbers, what one person more would change, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEW = 30
"""Below this many in either group nothing is said about a gap."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`x` of `n` people of a group were selected."""

    x: int
    n: int

    @property
    def share(self) -> float:
        return self.x / self.n


def below_four_fifths(x: int, n: int, x_top: int, n_top: int) -> bool:
    """Whether x/n is under four fifths of x_top/n_top (29 CFR 1607.4(D)). In whole numbers: in floating point exactly
    four fifths count as less."""
    return 5 * x * n_top < 4 * x_top * n


def top(rates: Sequence[Rate]) -> int | None:
    """The group with the highest rate, the larger one of two with the same; None where nobody was selected."""
    best: int | None = None
    for at, one in enumerate(rates):
        if one.x and (best is None or _above(one, rates[best])):
            best = at
    return best


def _above(one: Rate, other: Rate) -> bool:
    return (one.x * other.n, one.n) > (other.x * one.n, other.n)


def ratio(low: Rate, high: Rate) -> float | None:
    """The impact ratio; None where one of them is of nobody or the higher rate is 0."""
    return (low.x * high.n) / (low.n * high.x) if low.n and high.n and high.x else None


def flipped(low: Rate, high: Rate) -> float | None:
    """The impact ratio if one person more of the lower group, and one less of the higher, had been selected."""
    if low.x >= low.n or not high.x:
        return None
    return ratio(Rate(x=low.x + 1, n=low.n), Rate(x=high.x - 1, n=high.n))


def flip_reverses(low: Rate, high: Rate) -> bool:
    """Whether one different person takes the lower rate out of, or into, four fifths of the higher."""
    if low.x >= low.n or not high.x:
        return False
    now = below_four_fifths(low.x, low.n, high.x, high.n)
    return now != below_four_fifths(low.x + 1, low.n, high.x - 1, high.n)


def shortfall(x: int, n: int, overall: float) -> float:
    """How many more of the group `overall` as the rate of all would have selected; below 0, how many fewer."""
    return overall * n - x


def verdict(low: Rate, high: Rate, p: float, level: float = 0.05) -> str:
    """The words for a gap. `p` is Fisher's, two-sided, fixed in advance; "fair" is never said. What one different
    person would turn round is too few to tell, unless the test is sure of the gap."""
    if min(low.n, high.n) < FEW:
        return "too few to tell"
    if p < level:
        return "gap, conclusive"
    if flip_reverses(low, high):
        return "too few to tell"
    return "gap, not conclusive" if below_four_fifths(low.x, low.n, high.x, high.n) else "no gap shown"


def unknown_bounds(low: Rate, high: Rate, unknown: int) -> tuple[float, float] | None:
    """The least and the greatest impact ratio if all the `unknown` were of the lower group, none or all of them
    selected (Gerchick et al. 2025). The higher group stays as it was seen."""
    if not high.n or not high.x or not low.n + unknown:
        return None
    share = high.x / high.n
    return low.x / (low.n + unknown) / share, (low.x + unknown) / (low.n + unknown) / share


def above_median(scores: Sequence[float]) -> tuple[tuple[bool, ...], float]:
    """Which of `scores` are strictly above their median, as New York's scoring rate counts, and the share that ties
    with it: with whole levels that is many, and none of them counts."""
    middle = float(np.median(scores))
    return tuple(score > middle for score in scores), sum(score == middle for score in scores) / len(scores)
