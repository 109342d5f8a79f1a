"""Dossiers for the tests: drawn until they are such as a test needs.

A dossier of a kind is one whose choice turns on one thing: who does not notice it chooses another option, and pays for it
in the futures; who reads all of it chooses the one that is best there, by a margin.
"""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader_kit import stream, untaken

from world.blind import glance
from world.careful import ahead, alike, choice, limit_of
from world.draw import QUIRKS, REGIONS, Dossier, Truth, dossier, truth
from world.futures import after, losses, regret
from world.reading import Reading, read
from world.sums import SIZES, best, best_experiment, break_even, costs, each_request, margin, moved, worth

KINDS = ("mix", "rules", "region", "change", *(each for each in QUIRKS if each != "doubled"))
"""What a choice can turn on. (Days that are exported twice move demand, and seldom a choice.)"""
CLEAR = 0.03
"""By how much the best has to be cheaper for a choice to be graded."""
DEAR = 0.06
"""Regret of who does not notice."""
USUAL = 0.45
"""How often a dossier is untidy in a way that is not its kind's."""
FEW = ("few", "telling", "sparse")
"""Kinds of dossiers with few rows."""
FAR = 1.35
"""The second best costs at most this many times what the best costs."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A dossier with what is true of it."""

    kind: str
    dossier: Dossier = field(repr=False)
    world: Truth = field(repr=False)
    """After the addendum."""
    reading: Reading = field(repr=False)
    seed: str
    quirks: frozenset[str] = frozenset()
    """The ways in which the dossier may be untidy."""

    @property
    def loss(self) -> dict[str, float]:
        return losses(self.seed, self.world)


Wanted = tuple[Callable[[Case], bool], ...]


def world_of(name: str, kind: str, *, public: bool) -> Truth | None:
    """A world in which a choice can be told; None where the first two are too near to each other, or too far apart, to
    say more than what any dossier says."""
    world = truth(name, public=public)
    eur = sorted(each for each in losses(name, world).values() if each < math.inf)
    near = len(eur) > 1 and 1 + CLEAR < eur[1] / eur[0] < FAR
    return world if near or kind in ("plain", "sparse") else None


def case(
    seed: object,
    kind: str,
    rng: random.Random,
    wanted: Wanted = (),
    *,
    change: bool | None = None,
    public: bool = False,
    others: frozenset[str] | None = None,
) -> Case | None:
    """A dossier with the quirk of `kind` and `others` (drawn, where None), and with a change in every second one; with few
    rows where the kind is of those. None where it is not such as all of `wanted` say."""
    name = f"{seed}:{rng.getrandbits(60)}"
    world = world_of(name, kind, public=public)
    if world is None:
        return None
    drawn = frozenset(each for each in QUIRKS if each == kind or rng.random() < USUAL)
    quirks = (drawn if others is None else others) | ({kind} & set(QUIRKS))
    made = dossier(name, world, quirks, few=kind in FEW, public=public)
    if change or (change is None and (kind == "change" or rng.random() < 0.4)):
        made["addendum"] = addendum(rng, made)
    reading = read(made)
    made["experiment"] = {"label_eur": rng.choice((2, 3, 5, 8, 14)), "months": rng.choice((1, 2, 3, 6)), "most": 400}
    one = Case(kind=kind, dossier=made, world=after(world, made), reading=reading, seed=name,
               quirks=quirks)  # fmt: skip
    if len(reading.feasible()) < 2 or not all(fit(one) for fit in wanted):
        return None
    made["ask"] = {"between": list(pair(rng, reading)), "drivers": drivers(rng, reading)}
    return one if len(made["ask"]["drivers"]) >= 2 else None


def addendum(rng: random.Random, made: Dossier) -> dict[str, Any]:
    """A change of what was asked: one to three things."""
    segment = rng.choice(made["segments"])
    every = {
        "wrong": [{"segment": segment["id"], "eur": round(segment["wrong_eur"] * rng.choice((0.3, 2.5, 4)), 2)}],
        "traffic": [{"segment": rng.choice(made["segments"])["id"], "factor": rng.choice((0.4, 2.0, 3.0))}],
        "price": [{"option": rng.choice(made["options"])["id"], "factor": rng.choice((0.4, 0.6, 1.8, 2.5))}],
        "regions": sorted(rng.sample(REGIONS, 2)),
    }
    chosen = rng.sample(sorted(every), rng.randint(2, 3))
    return {key: every[key] for key in chosen}


def pair(rng: random.Random, reading: Reading) -> tuple[str, str]:
    """Two options whose cost by request differs clearly; mostly ones that are equal somewhere."""
    names = sorted(reading.lines)
    pairs = [(one, other) for one in names for other in names if one < other]
    eur = {name: each_request(reading, line) for name, line in reading.lines.items()}
    apart = [(a, b) for a, b in pairs if abs(eur[a] - eur[b]) > 0.15 * max(eur[a], eur[b])
             and abs(reading.lines[a].fixed - reading.lines[b].fixed) >= 500] or pairs  # fmt: skip
    meet = [each for each in apart if break_even(reading, each)]
    chosen = rng.choice(meet if meet and rng.random() < 0.7 else apart)
    return chosen if rng.random() < 0.5 else chosen[::-1]


def drivers(rng: random.Random, reading: Reading) -> list[dict[str, Any]]:
    """Up to three things that turn the choice if they change, and as many that do not, all clearly."""
    every = [{"what": "traffic", "factor": factor} for factor in (0.1, 0.25, 4, 10)]
    every += [{"what": "wrong", "of": s, "factor": factor} for s in reading.wrong for factor in (0.2, 3, 8)]
    every += [{"what": "price", "of": name, "factor": factor} for name in reading.lines for factor in (0.2, 3)]
    every += [{"what": "breach", "of": rule, "factor": factor} for rule in reading.breach for factor in (0.1, 4, 10)]
    rng.shuffle(every)
    clear = [each for each in every if margin(moved(reading, each)) > CLEAR]
    now = best(reading)
    turned = [each for each in clear if best(moved(reading, each)) != now]
    same = [each for each in clear if best(moved(reading, each)) == now]
    many = min(3, len(turned), len(same))
    chosen = rng.sample(turned[:many] + same[:many], 2 * many)
    return [{"id": f"q{at}"} | each for at, each in enumerate(chosen)]


# ---------------------------------------------------------------------------------------------- what tests ask about


def clear(one: Case, reading: Reading) -> bool:
    """The best is ahead by what was counted and by what is to be expected, and is the same in both."""
    limit = limit_of(one.dossier)
    return margin(reading) > CLEAR and ahead(reading, limit) > CLEAR and choice(reading, limit) == best(reading)


def turns(one: Case) -> bool:
    """The choice is clear and right, and who does not notice the case's kind is not."""
    loss, flaw = one.loss, one.kind
    if not clear(one, one.reading) or regret(loss, best(one.reading)) > 0:
        return False
    if flaw == "region":
        eur = costs(one.reading)
        return min(eur, key=eur.__getitem__) not in one.reading.feasible()
    return regret(loss, best(read(one.dossier, [flaw]))) > DEAR


def lone(one: Case) -> bool:
    """Nothing else that is odd in the dossier turns the choice, neither alone nor with the rest of it: what somebody misses
    costs them the dossiers of its own kind, and those on every seed."""
    others = [each for each in sorted(one.quirks) if each != one.kind]
    now = best(one.reading)
    return all(best(read(one.dossier, flaws)) == now for flaws in (others, *([each] for each in others)))


def clear_before(one: Case) -> bool:
    """Without the change the choice is clear as well."""
    return clear(one, read(one.dossier, ["change"]))


def together(one: Case) -> bool:
    """No part of the change turns the choice by itself."""
    parts = one.dossier["addendum"].items()
    now = best(read(one.dossier, ["change"]))
    return all(best(read(one.dossier | {"addendum": {key: part}})) == now for key, part in parts)


def weighs(one: Case) -> bool:
    """Few rows, and it matters what is made of them: who reads them carefully chooses right, clearly; who takes them at
    their word, or glances at the columns (`few`), or takes them for nothing (`telling`), chooses another and pays."""
    reading, loss = one.reading, one.loss
    if regret(loss, choice(reading, limit_of(one.dossier))) > 0 or ahead(reading, limit_of(one.dossier)) < CLEAR:
        return False
    word, nothing = regret(loss, best(reading)), regret(loss, alike(reading))
    if one.kind == "few":
        return word > DEAR and regret(loss, glance(one.dossier)) > DEAR
    return word == 0 and nothing > DEAR


def pays(one: Case) -> bool:
    """An experiment is worth something, and one at random is not worth as much."""
    eur = min(costs(one.reading)[name] for name in one.reading.feasible())
    return best_experiment(one.reading, one.dossier["experiment"])[2] > 0.005 * eur


def never_pays(one: Case) -> bool:
    """No experiment is worth its cost, and that is clear: each loses more than half of it."""
    terms = one.dossier["experiment"]
    return all(
        worth(one.reading, terms, segment, rows) < -terms["label_eur"] * rows / 2
        for segment in one.reading.requests
        for rows in SIZES[1:]
    )


@cache
def cases(
    seed: object,
    test: str,
    kinds: Sequence[str],
    wanted: Wanted = (),
    *,
    change: bool | None = None,
    public: bool = False,
    untidy: float | None = None,
) -> tuple[Case, ...]:
    """One dossier for each of `kinds`, such as all of `wanted` say; in an order that says nothing. With `untidy`, each
    other way to be untidy is in that share of them, always: what somebody misses costs about the same on every seed."""
    rng = stream(seed, test)
    others = [None] * len(kinds) if untidy is None else dealt(rng, len(kinds), untidy)
    made = [
        untaken(
            lambda kind=kind, more=more: case(seed, kind, rng, wanted, change=change, public=public, others=more),
            lambda one: one is None,
        )
        for kind, more in zip(kinds, others, strict=True)
    ]
    rng.shuffle(made)
    return tuple(made)


def dealt(rng: random.Random, many: int, share: float) -> list[frozenset[str]]:
    """For so many dossiers, which quirks each has: every quirk in the same `share` of them."""
    hands: list[set[str]] = [set() for _ in range(many)]
    for quirk in QUIRKS:
        for at in rng.sample(range(many), round(share * many)):
            hands[at].add(quirk)
    return [frozenset(hand) for hand in hands]
