"""Levels of several people on one criterion, as one level, or left open with the reason. Pure.

adjudicated     the adjudicator's level, whatever the others are
median          of the independent levels, rounded half up: 3 and 4 give 4 (as labels of the judge's gate do)
open            fewer than two levels; or the levels in the middle lie two or more apart, as 2 and 4 do. A third,
                blind, assessment closes it (2, 4, 4 give 4), or an adjudicator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

WIDE = 2
"""Levels apart from which on people have not seen the same."""


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Where a criterion stands after the reveal."""

    level: int | None
    how: Literal["adjudicated", "median", "open"]
    gap: int
    """Highest less lowest level; 0 where there are not two."""
    median: float | None
    """Before rounding; None without a level."""
    reason: str


def combine(levels: Sequence[int], *, adjudicated: int | None = None, settled: bool = False, why: str = "") -> Combined:
    """`levels` are the independent ones, in any order, without those who could not judge. `settled`: there is an
    adjudication; its level is None where it found that the criterion cannot be judged. `why` is its reason."""
    gap = max(levels) - min(levels) if levels else 0
    middle = float(median(levels)) if levels else None
    if settled:
        reason = f"adjudicated: {why}" if adjudicated is not None else f"adjudicated, it cannot be judged: {why}"
        return Combined(level=adjudicated, how="adjudicated", gap=gap, median=middle, reason=reason)
    if middle is None or len(levels) < 2:
        count = "nobody gave a level" if not levels else "only one person gave a level"
        return Combined(level=None, how="open", gap=gap, median=middle,
                        reason=f"{count}; another blind assessment or an adjudicator closes it")  # fmt: skip
    if _apart(levels) >= WIDE:
        listed = " and ".join(map(str, sorted(levels))) if len(levels) == 2 else ", ".join(map(str, sorted(levels)))
        return Combined(level=None, how="open", gap=gap, median=middle,
                        reason=f"people's levels {listed} lie {_apart(levels)} apart; a third, blind, assessment or an "
                        "adjudicator closes it")  # fmt: skip
    return Combined(level=math.floor(middle + 0.5), how="median", gap=gap, median=middle, reason=_median(levels))


def _apart(levels: Sequence[int]) -> int:
    """How far the levels in the middle lie apart: 0 for an odd number of levels."""
    ordered = sorted(levels)
    return ordered[len(ordered) // 2] - ordered[(len(ordered) - 1) // 2]


def _median(levels: Sequence[int]) -> str:
    if len(set(levels)) == 1:
        return f"{len(levels)} people gave it independently"
    return f"it is the median of {len(levels)} independent levels ({', '.join(map(str, sorted(levels)))})"
