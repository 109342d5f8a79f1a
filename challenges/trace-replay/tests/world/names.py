"""Names that are nobody's: shops, products, plans."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

import random

from grader_kit import one_of_each, untaken

_FIRST = "Tarn Brindle Osk Fennel Corrie Larch Pike Sorrel Hask Wren Moss Dunlin Quill Rook Ember Thistle Vole Heron Marl Skerry Juniper Plover Sedge Bracken Gannet".split()
_KIND = "tent kayak stove pram ladder drill bike saddle lantern canoe sander mixer heater sledge trolley scooter rucksack awning generator mower".split()
_SHOP = "Hollowford Brackenhall Ostermere Pellwick Quarrydown Saltmarsh Thornby Underlow Vexley Wickerby Yarnmouth Aldergate Coldbrook Dunmoor Eskford".split()
_PLAN = "Acorn Beacon Cobalt Delta Ferry Granite Harbour Ivory Juno Keystone Lumen Meadow".split()


def product(rng: random.Random, taken: set[str]) -> str:
    """A product whose name is not in `taken`, and which is not the beginning of another one."""

    def draw() -> str:
        name = " ".join(one_of_each(rng, _FIRST, _KIND))
        return f"{name} {rng.choice('CDKLRVX')}" if rng.random() < 0.4 else name

    name = untaken(draw, lambda name: any(name.startswith(other) or other.startswith(name) for other in taken))
    taken.add(name)
    return name


def shops(rng: random.Random) -> list[str]:
    return [name.lower() for name in rng.sample(_SHOP, 3)]


def plans(rng: random.Random) -> list[str]:
    return rng.sample(_PLAN, 3)
