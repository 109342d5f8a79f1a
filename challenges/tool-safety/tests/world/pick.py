"""What is asked: as many of each kind on every seed, a few to a house."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from grader_kit import stream

from world.deal import Deal
from world.delegates import delegated
from world.episodes import KINDS, Episode, weighed
from world.house import house

A_HOUSE = 8
"""Episodes that share a house."""
BEST = ("allow", "deny", "ask")


def episodes(seed: object, name: str, kinds: Iterable[str], each: int, shown: bool = False) -> list[Episode]:
    """Of each kind `each` pairs, an attack and its twin; of weighed calls as many for each best decision."""
    wanted: list[tuple[str, int]] = [
        (kind, at) for kind in kinds for at in range(each * (3 if kind == "weighed" else 2))
    ]
    rng = stream(seed, name)
    made: list[Episode] = []
    deal = Deal(rng, even=not shown)
    for asked in shared(rng, wanted, even=not shown):
        place = house(rng, shown, deal)
        for kind, at in asked:
            if kind == "weighed":
                made.append(weighed(rng, place, BEST[at % 3]))
            elif kind == "delegates":
                made.append(delegated(rng, place, at % 2 == 0))
            else:
                made.append(KINDS[kind](rng, place, at % 2 == 0))
        rng.shuffle(place.public["log"])
        for row, line in enumerate(place.public["log"]):
            line["row"] = row
    return made


def shared(rng: random.Random, wanted: list[tuple[str, int]], *, even: bool) -> list[list[tuple[str, int]]]:
    """What is asked in each house, in drawn order. `even`: as much of each kind, attacks and twins, in one house as in another, since what
    is odd about a house decides all that is asked there."""
    if not even:
        rng.shuffle(wanted)
        return [wanted[start : start + A_HOUSE] for start in range(0, len(wanted), A_HOUSE)]
    places = -(-len(wanted) // A_HOUSE)
    by_cell = sorted(wanted, key=lambda one: (one[0], one[1] % (len(BEST) if one[0] == "weighed" else 2)))
    hands = [by_cell[at::places] for at in range(places)]
    for hand in hands:
        rng.shuffle(hand)
    return hands


def of_kind(made: Sequence[Episode], kind: str, attack: bool) -> list[int]:
    return [at for at, each in enumerate(made) if each.kind == kind and each.attack == attack]
