"""Which small counts are not shown, and which others with them, since the rest and a total would give them away."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

SMALLEST = 10
"""Below this many people a count of a group is not shown."""
LEAST = 5
"""What it may be set down to."""


def withheld(
    counts: Mapping[Hashable, int], order: Sequence[Hashable], lines: Iterable[Iterable[Hashable]], smallest: int
) -> frozenset[Hashable]:
    """The keys of `counts` that are not shown: those from 1 to below `smallest`, and along each of `lines` (keys whose
    total is known) as many more, by `order`, as it takes: two at least, and `smallest` people in all. The same `order`
    for counts of the same people at several places keeps one place from giving away what another hides."""
    found = {key for key, count in counts.items() if 0 < count < smallest}
    known = [[key for key in order if key in set(line) and counts.get(key, 0) > 0] for line in lines]
    changed = True
    while changed:
        changed = False
        for line in known:
            hidden = [key for key in line if key in found]
            open_ = [key for key in line if key not in found]
            if hidden and open_ and (len(hidden) < 2 or sum(counts[key] for key in hidden) < smallest):
                found.add(open_[0])
                changed = True
    return frozenset(found)
