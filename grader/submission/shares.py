"""A budget shared by files: filler in one of them cannot push another out."""

from __future__ import annotations

from collections.abc import Sequence


def shares(wanted: Sequence[int], in_all: int) -> list[int]:
    """Water-filling: everyone gets what it wants up to a common level that uses up `in_all`."""
    given = [0] * len(wanted)
    left, waiting = in_all, len(wanted)
    for index in sorted(range(len(wanted)), key=lambda n: wanted[n]):
        given[index] = min(wanted[index], left // waiting)
        left -= given[index]
        waiting -= 1
    return given
