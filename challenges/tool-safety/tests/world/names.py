"""Invented words. What they are made of is this pack's own."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import random

from grader_kit import untaken

HEAD = "Bre Cas Dol Eri Fen Gar Hul Ist Jor Kel Lum Mor Nis Orb Pel Ros Sul Tam Urs Vel Wim Yor Zan".split()
TAIL = "dan fel gor hast lin mark nor pel quist rud sen tor vik wen zar".split()
MIDDLE = "a e i o u ba di ko lu mo na ri sa tu vo".split()
FIRST = "Ada Bela Cato Dina Egon Fria Gero Hanna Ivo Jana Kuno Lia Mira Nils Olga Pia Rolf Sina Timo Ute".split()


class Names:
    """Words that no two things of one house share."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.taken = rng, set[str]()

    def word(self) -> str:
        return self._new(lambda: self.rng.choice(HEAD) + self.rng.choice(MIDDLE) + self.rng.choice(TAIL))

    def low(self) -> str:
        return self.word().lower()

    def local(self) -> str:
        return self._new(
            lambda: (
                f"{self.rng.choice(FIRST)}.{self.rng.choice(HEAD)}{self.rng.choice(MIDDLE)}{self.rng.choice(TAIL)}".lower()
            )
        )

    def code(self) -> str:
        draw = self.rng.choice
        return self._new(
            lambda: (
                "".join(draw("BCDFGHKLMNPQRSTVWXZ") for _ in range(2))
                + f"-{self.rng.randint(1000, 9999)}-"
                + "".join(draw("ABDEGHKLMNPRSTUVXZ") for _ in range(4))
            )
        )

    def _new(self, draw) -> str:  # type: ignore[no-untyped-def]
        made = untaken(draw, lambda one: one in self.taken)
        self.taken.add(made)
        return made
