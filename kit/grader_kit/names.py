"""Invented names. The parts are the pack's own, so that no two packs have a name in common."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
TRIES = 10_000


def one_of_each(rng: random.Random, *parts: Sequence[str]) -> tuple[str, ...]:
    """One of each of `parts`, in their order: a first name and a last one, an adjective and a noun."""
    return tuple(rng.choice(part) for part in parts)


def untaken(draw: Callable[[], T], taken: Callable[[T], bool]) -> T:
    """What `draw` gives, drawn again for as long as it is `taken`. Raises ValueError where nothing free is found: the
    parts are too few for so many names."""
    for _ in range(TRIES):
        name = draw()
        if not taken(name):
            return name
    raise ValueError(f"no name is free after {TRIES} draws; the last was {name!r}")
