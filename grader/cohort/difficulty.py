"""How hard each hidden test is and how well it tells submissions apart; how often each level was given. Pure.

Difficulty is the mean share of a test's points that was earned; discrimination is the correlation (Pearson) between
that share and the share of all other tests' points: the corrected item-total correlation of classical test theory
(Crocker and Algina, Introduction to Classical and Modern Test Theory, 1986, chapter 14).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.cohort.rows import CohortRow

FEWEST = 10
"""Below so many submissions a correlation says nothing, and none is given."""


@dataclass(frozen=True, kw_only=True)
class TestFigures:
    """One hidden test over the cohort."""

    __test__ = False

    id: str
    n: int
    """Submissions in which it could be judged."""
    open: int
    """Submissions in which it could not."""
    difficulty: float | None
    """Mean share of its points earned, 0..1: high is easy."""
    discrimination: float | None
    """−1..1; `None` for fewer than `FEWEST` submissions, or when all did the same."""

    @property
    def backwards(self) -> bool:
        """Whether those who do well elsewhere do worse here, and chance does not explain it: the whole 95 % interval
        of the correlation (Fisher's z) lies below zero."""
        if self.discrimination is None:
            return False
        if self.discrimination <= -1:
            return True
        return math.atanh(min(self.discrimination, 0.999)) + 1.96 / math.sqrt(self.n - 3) < 0


def tests(rows: Sequence[CohortRow]) -> list[TestFigures]:
    """Figures of each test, in the order of the pack."""
    order = list(dict.fromkeys(name for row in rows for name, _, _ in row.tests))
    shares: dict[str, list[tuple[float, float | None]]] = {name: [] for name in order}
    unknown = dict.fromkeys(order, 0)
    for row in rows:
        known = [(name, points, most) for name, points, most in row.tests if points is not None]
        got, all_of_it = sum(points for _, points, _ in known), sum(most for _, _, most in known)
        for name, earned, most in known:
            if most > 0:
                rest = all_of_it - most
                shares[name].append((earned / most, (got - earned) / rest if rest > 0 else None))
        for name, points, _ in row.tests:
            unknown[name] += points is None
    return [_figures(name, shares[name], unknown[name]) for name in order]


def _figures(name: str, shares: Sequence[tuple[float, float | None]], unknown: int) -> TestFigures:
    own = [share for share, _ in shares]
    pairs = [(share, rest) for share, rest in shares if rest is not None]
    return TestFigures(
        id=name,
        n=len(own),
        open=unknown,
        difficulty=sum(own) / len(own) if own else None,
        discrimination=correlation(pairs) if len(pairs) >= FEWEST else None,
    )


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r; `None` where one side does not vary."""
    n = len(pairs)
    mean_x, mean_y = (math.fsum(values) / n for values in zip(*pairs, strict=True))
    xx = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    yy = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    if xx < 1e-12 or yy < 1e-12:
        return None
    r = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs) / math.sqrt(xx * yy)
    return max(-1.0, min(1.0, r))


@dataclass(frozen=True, kw_only=True)
class LevelCounts:
    """One criterion over the cohort: `counts[k]` submissions have level k + 1, `unscored` have none that counts."""

    id: str
    counts: tuple[int, ...]
    unscored: int


def levels(rows: Sequence[CohortRow]) -> list[LevelCounts]:
    """Histogram of each criterion, in the order of the rubric."""
    most = {name: highest for row in rows for name, _, highest in row.levels}
    counts = {name: [0] * (highest + 1) for name, highest in most.items()}
    for row in rows:
        for name, level, highest in row.levels:
            counts[name][level if level is not None and 1 <= level <= highest else 0] += 1
    return [LevelCounts(id=name, counts=tuple(found[1:]), unscored=found[0]) for name, found in counts.items()]


def histogram(scores: Sequence[float], bins: int = 20, most: float = 100.0) -> list[int]:
    """How many scores fall into each of `bins` equal parts of 0..most; the last part includes its upper end."""
    counts = [0] * bins
    for score in scores:
        counts[min(bins - 1, max(0, int(score * bins / most)))] += 1
    return counts


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the two nearest of the sorted values (Hyndman and Fan's type 7)."""
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
