"""p-values of several questions asked at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted by Holm's (1979) step-down procedure: below a level, wrong in none of them at that level."""
    found, highest, m = [0.0] * len(p_values), 0.0, len(p_values)
    for rank, at in enumerate(sorted(range(m), key=lambda at: p_values[at])):
        highest = max(highest, min(1.0, (m - rank) * p_values[at]))
        found[at] = highest
    return tuple(found)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted by Benjamini and Hochberg (1995): of those below a level, that share is wrong on average."""
    found, lowest, m = [0.0] * len(p_values), 1.0, len(p_values)
    for rank, at in reversed(list(enumerate(sorted(range(m), key=lambda at: p_values[at]), 1))):
        lowest = min(lowest, p_values[at] * m / rank)
        found[at] = lowest
    return tuple(found)
