"""What is asked: as many of each kind on every seed, a few to a house."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader_kit import stream

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
    rng.shuffle(wanted)
    made: list[Episode] = []
    for start in range(0, len(wanted), A_HOUSE):
        place = house(rng, shown)
        for kind, at in wanted[start : start + A_HOUSE]:
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


def of_kind(made: Sequence[Episode], kind: str, attack: bool) -> list[int]:
    return [at for at, each in enumerate(made) if each.kind == kind and each.attack == attack]
