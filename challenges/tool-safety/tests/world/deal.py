"""Draws without luck: of whatever decides how hard a question is, as much on every seed."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Deal:
    """Options in drawn order, each as often as the others: a pack of cards for each key, which is shuffled anew when it is used up.
    Not `even`: by chance, as the practice is drawn."""

    def __init__(self, rng: random.Random, *, even: bool) -> None:
        self.rng, self.even = rng, even
        self.left: dict[Hashable, list[object]] = {}

    def choice(self, key: Hashable, options: Sequence[T]) -> T:
        """One of `options`, which are the same for a key each time; an option that stands there twice is dealt twice as often."""
        if not self.even:
            return self.rng.choice(options)
        left = self.left.setdefault(key, [])
        if not left:
            left.extend(self.rng.sample(range(len(options)), len(options)))
        return options[left.pop()]  # type: ignore[call-overload, no-any-return]

    def chance(self, key: Hashable, times: int, of: int) -> bool:
        """True `times` of `of` times."""
        if not self.even:
            return self.rng.random() < times / of
        return self.choice(key, [at < times for at in range(of)])
