"""Invented names: the client, its products and plans, people. Fresh for each seed."""

from __future__ import annotations

import random

from grader_kit import one_of_each

ONSETS = (
    "Bar Bel Bryn Cal Cor Dal Dun Fal Fen Gar Hal Jun Kel Kor Lan Lor Mar Mel Nor Or Pel Quil Ras Rov Sel Tam".split()
)
ONSETS += "Thor Ul Vel Wen Yar Zel".split()
MIDDLES = ["a", "be", "da", "e", "go", "i", "ka", "lo", "mi", "na", "o", "ri", "ta", "u", "va", ""]
ENDS = "brook by crest dell fin gate ham kin lark mere moor nex oak pike quay ridge rune stow thorn vane wick wold yard".split()
ENDS.append("zell")
PLANS = "Amber Basalt Cedar Cobalt Granite Heron Ivory Juniper Larch Onyx Quartz Sorrel".split()
FIRST = "Ada Ben Chiara Dario Elif Femi Greta Hugo Ines Jonas Kira Luis Mira Noor".split()
LAST = "Abel Brandt Castro Dubois Eriksen Faber Girard Huber Ibarra Jansen Keller Lopez".split()


def words(rng: random.Random, count: int) -> list[str]:
    """`count` invented names that nobody can take for each other, even with a typing error: no two share an onset."""
    onsets = rng.sample(ONSETS, count)
    ends = rng.sample(ENDS, count)
    return [onset + rng.choice(MIDDLES) + end for onset, end in zip(onsets, ends, strict=True)]


def person(rng: random.Random) -> str:
    return " ".join(one_of_each(rng, FIRST, LAST))


def misspelled(rng: random.Random, name: str) -> str:
    """`name` with one letter left out, doubled, or two swapped; the first letter stays."""
    at = rng.randrange(2, len(name) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1 or name[at] == name[at + 1]:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
