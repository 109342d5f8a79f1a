"""Raters in blocks that shared items tie together. Only inside one block can severity be told from luck. No numpy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def blocks(groups: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """`groups` are those who rated one item; two raters are in one block when an item, or a chain of items, ties them.
    The largest block first, by name within."""
    leader: dict[str, str] = {}

    def find(one: str) -> str:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for group in groups:
        for one in group:
            leader[find(one)] = find(group[0])
    found: dict[str, list[str]] = {}
    for one in sorted(leader):
        found.setdefault(find(one), []).append(one)
    return tuple(tuple(group) for group in sorted(found.values(), key=lambda group: (-len(group), group)))
