"""Item statistics on the shipped submissions: how hard each hidden test is, and whether it tells them apart.

Classical test theory. Difficulty is the mean share of the item's points (1: everybody has them). Discrimination is the
corrected item-total correlation: Pearson's r between the item's share and the share of all *other* points, so that an
item does not correlate with itself. See Crocker & Algina, Introduction to Classical and Modern Test Theory, ch. 14.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.authoring.runs import Ran

FEW = 10
"""Below so many works the figures of a test move by chance alone."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One hidden test. `discrimination` is None where all submissions earn the same in it, or in the rest."""

    id: str
    group: str
    max_points: float
    difficulty: float
    discrimination: float | None


def items(runs: Iterable[Ran]) -> list[Item]:
    """A row for each test that all graded `runs` share, in the order of the tests; none for fewer than two runs."""
    tables = [{test.id: test for test in ran.points.tests} for ran in runs if ran.observed]
    if len(tables) < 2:
        return []
    tests = [test for name, test in tables[0].items() if test.max_points and all(name in table for table in tables)]
    rows = []
    for test in tests:
        shares = [table[test.id].points / test.max_points for table in tables]
        rest = [sum(x.points for x in table.values() if x.id != test.id) for table in tables]
        rows.append(
            Item(
                id=test.id,
                group=test.group,
                max_points=test.max_points,
                difficulty=sum(shares) / len(shares),
                discrimination=pearson(shares, rest),
            )
        )
    return rows


def pearson(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one side does not vary."""
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    spread_a = math.sqrt(sum((x - mean_a) ** 2 for x in a))
    spread_b = math.sqrt(sum((y - mean_b) ** 2 for y in b))
    if spread_a < 1e-12 or spread_b < 1e-12:
        return None
    return sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / (spread_a * spread_b)


def lines(rows: Sequence[Item], submissions: int) -> list[str]:
    """The table for a terminal."""
    if not rows:
        return ["items: fewer than two accepted and rejected submissions were graded, so there is nothing to compare"]
    width = max(len(row.id) for row in rows)
    head = (
        f"items, on {submissions} submissions: difficulty is the mean share of the points, discrimination item-rest r"
    )
    few = [f"of {submissions}: too few to tell, and two works that lack different things oppose each other"]
    return [
        head,
        *(few if submissions < FEW else ()),
        f"{'test'.ljust(width)}  points  difficulty  discrimination  group",
        *(_line(row, width) for row in rows),
    ]


def _line(row: Item, width: int) -> str:
    r = "     -" if row.discrimination is None else f"{row.discrimination:6.2f}"
    return f"{row.id.ljust(width)}  {row.max_points:6g}  {row.difficulty:10.2f}  {r.rjust(14)}  {row.group}"
