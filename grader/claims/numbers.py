"""Numbers as documents and programs write them, and when a printed one is what was stated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

NUMBER = re.compile(r"(?<![\w.,])[-+−]?(?:\d{1,3}(?:[,’]\d{3}){1,6}(?![\d,])|\d{1,18})(?:[.,]\d{1,12})?(?:\s?%)?")
_SHARE = re.compile(r"[-+]?0,\d+")
_TINY = 1e-9


class Number(NamedTuple):
    """A number in a text: what it says, to how many decimals, and whether it is a percentage."""

    text: str
    value: float
    decimals: int
    percent: bool

    @property
    def half(self) -> float:
        """How far a value may be away that rounds to it."""
        return float(0.5 * 10.0**-self.decimals)

    @property
    def is_an_end(self) -> bool:
        """Whether it is the end of a scale, where good and bad work may stay whatever the data."""
        return self.value in ({0.0, 1.0, 100.0} if self.percent else {0.0, 1.0})

    @property
    def says_little(self) -> bool:
        """Whether data could hardly move it: a whole count, or the end of a scale."""
        return self.is_an_end or (self.decimals == 0 and not self.percent)


def numbers(text: str) -> tuple[Number, ...]:
    """All numbers in `text`, in order."""
    return tuple(_number(found[0]) for found in NUMBER.finditer(text))


def skeleton(line: str) -> str:
    """A printed line without its numbers, so that it can be found again with others."""
    return " ".join(NUMBER.sub("#", line).split())


def _number(text: str) -> Number:
    percent = text.endswith("%")
    bare = text.rstrip("% ").replace("−", "-")
    if not _SHARE.fullmatch(bare):  # else its comma is not that of thousands
        bare = re.sub(r"[,’](?=\d{3}(?:[,’.]|$))", "", bare)
    bare = bare.replace(",", ".")
    return Number(text, float(bare), len(bare.partition(".")[2]), percent)


def is_of(stated: Number, printed: Number, within: float | None = None) -> bool:
    """Whether `printed` rounds to `stated`, or is at most `within` from it. 0.917 is of 92 %; a bare 92 is not."""
    if stated.percent and not printed.percent and not printed.decimals:
        return False
    room = stated.half if within is None else within
    return abs(_as(stated, printed) - stated.value) <= room + _TINY


def most_room(stated: Number) -> float:
    """How far off a candidate may allow a figure to be, and it still says something."""
    return max(stated.half, abs(stated.value) / (4 if stated.percent else 2))


def gap(stated: Number, printed: Number) -> float:
    """How far the printed number is from the stated one, in the stated one's unit."""
    return _as(stated, printed) - stated.value


def nearest(stated: Number, printed: Iterable[Number]) -> Number | None:
    """Of the numbers that could be it by their kind, the one that is nearest to what is stated."""
    alike = [one for one in printed if bool(one.decimals or one.percent) == bool(stated.decimals or stated.percent)]
    return min(alike, key=lambda one: abs(gap(stated, one)), default=None)


def _as(stated: Number, printed: Number) -> float:
    """The printed value on the scale of what is stated: a share as a percentage, or the reverse."""
    if stated.percent and not printed.percent and printed.decimals and 0 <= printed.value <= 1:
        return printed.value * 100
    if printed.percent and not stated.percent and stated.decimals and 0 <= stated.value <= 1:
        return printed.value / 100
    return printed.value
