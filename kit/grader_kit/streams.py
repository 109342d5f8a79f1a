"""Draws by name: no stream moves another, so that a test may be changed without its neighbours."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def stream(seed: object, *names: object) -> random.Random:
    """A source of draws of its own, for these names: the same seed and names give the same draws. The parts are joined
    by colons, so `stream(seed, "a", "b")` is `stream(seed, "a:b")`."""
    return random.Random(":".join(str(part) for part in (seed, *names)))


def repeated(rng: random.Random, items: Iterable[T], least: int, most: int) -> list[T]:
    """Each of `items`, between `least` and `most` times, as is drawn for it: counting the answers given so far says
    nothing about the next."""
    return [item for item in items for _ in range(rng.randint(least, most))]


def together(ask: Callable[[list[T]], Sequence[R]], *groups: Sequence[T]) -> list[list[R]]:
    """What `ask` replies to each of `groups`, which it is asked as one list, so that no list is of one kind. Raises
    ValueError where the replies are not as many as what was asked."""
    asked = [item for group in groups for item in group]
    replies = iter([reply for _, reply in zip(asked, ask(asked), strict=True)])
    return [[next(replies) for _ in group] for group in groups]


def in_drawn_order(rng: random.Random, ask: Callable[[list[T]], Sequence[R]], items: Sequence[T]) -> list[R]:
    """What `ask` replies to `items`, which it gets in an order that is drawn: a place in the list tells nothing. The
    replies come back in the order of `items`. Raises ValueError where they are not as many."""
    order = list(range(len(items)))
    rng.shuffle(order)
    replies = dict(zip(order, ask([items[at] for at in order]), strict=True))
    return [replies[at] for at in range(len(items))]
