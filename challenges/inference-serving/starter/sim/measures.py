"""Measures that need nothing but figures."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The least of `values` that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def recovered(points: Sequence[tuple[float, float]], weak: float, strong: float) -> float:
    """Share of the gap between `weak` and `strong` that is recovered on average over what is paid: the area under
    `points` (share of the dear calls, quality) from 0 to 1, as RouteLLM's APGR."""
    area = sum((right - left) * (one + other) / 2 for (left, one), (right, other) in zip(points, points[1:], strict=False))
    return (area - weak) / (strong - weak)
