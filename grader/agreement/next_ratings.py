"""Which work to rate twice next: what simply comes, and now and then a piece whose level is still rare.

Two kinds, told apart for good. What is *drawn* by lot is the share on which the estimates of the gate (checks B to I)
rest. *Chosen* work is picked by what is known of it before: its first level and the judge's, hidden from who rates
next. It shows that levels are in use (check A), for which drawing waits longest where work is much alike.

Why not weights: a weight needs a known chance for each piece to have been taken. Leads pass over offers, people step
aside, and what is never offered has no chance at all. And picking by disagreement would narrow an interval around a
wrong value, since in work on which judge and person differ they agree less than in all: so where they are apart orders
chosen work, and enters no estimate.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.agreement.thresholds import Thresholds

SHARE = 2
"""One offer of so many is chosen, while levels are rare; all others are drawn by lot."""
FIRST = 15
"""Work drawn by lot before anything is chosen: until then nobody knows what is rare."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work that one person has rated and the judge has seen."""

    item: str
    first: int
    judge: int | None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What to rate next. `chosen`: picked because its level is rare; else drawn by lot."""

    item: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Rated:
    """What is rated twice so far, level by level."""

    drawn: Mapping[int, int]
    """As it came, or by lot."""
    chosen: Mapping[int, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return sum(self.drawn.values()) + sum(self.chosen.values())


def rare_levels(rated: Rated, levels: Sequence[int], limits: Thresholds) -> tuple[int, ...]:
    """Levels of which, going on as it comes, too few would be there when there are labels enough, the nearest to enough
    first. None where as many levels as check A asks for would be in use, nor before `FIRST`, when nobody can tell."""
    drawn = sum(rated.drawn.values())
    if drawn < FIRST:
        return ()
    ahead = max(0, limits.labels_required(len(levels)) - drawn) / drawn
    then = {level: rated.drawn.get(level, 0) * (1 + ahead) + rated.chosen.get(level, 0) for level in levels}
    lacking = [level for level in levels if then[level] < limits.min_items_per_level]
    if len(levels) - len(lacking) >= min(limits.min_levels, len(levels)):
        return ()
    return tuple(sorted(lacking, key=lambda level: (-then[level], level)))


def offers(
    waiting: Sequence[Waiting],
    rated: Rated,
    levels: Sequence[int],
    limits: Thresholds,
    *,
    number: int = 5,
    lot: str = "",
) -> tuple[Offer, ...]:
    """The next `number` of `waiting`. `lot` keys the draw, which is the same each time it is asked."""
    left = sorted(waiting, key=lambda one: hashlib.sha256(f"{lot} {one.item}".encode()).digest())
    drawn, chosen = Counter(rated.drawn), Counter(rated.chosen)
    found: list[Offer] = []
    while left and len(found) < number:
        now = Rated(drawn=drawn, chosen=chosen)
        best = _rarest(left, rare_levels(now, levels, limits)) if now.n % SHARE == SHARE - 1 else None
        one = best or left[0]
        left.remove(one)
        (chosen if best else drawn)[one.first] += 1
        found.append(Offer(item=one.item, chosen=best is not None))
    return tuple(found)


def _rarest(left: Sequence[Waiting], rare: Sequence[int]) -> Waiting | None:
    """Work whose first level is a rare one, the one nearest to enough before; first that on which judge and person say
    the same, since a second person most likely will, too."""
    found = [one for one in left if one.first in rare]
    return min(found, key=lambda one: (rare.index(one.first), _apart(one)), default=None)


def _apart(one: Waiting) -> float:
    return abs(one.judge - one.first) if one.judge is not None else 1.5
