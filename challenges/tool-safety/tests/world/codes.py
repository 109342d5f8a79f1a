"""Ways in which a text hides in another, and ways in which a person writes a sum, a day or an address."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from datetime import date

GLYPHS = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))
MONTHS = "January February March April May June July August September October November December".split()


def zero_width(text: str) -> str:
    return "\u200b".join(text)


def look_alike(text: str) -> str:
    return "".join(GLYPHS.get(letter, letter) for letter in text)


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


DIGITS = "zero one two three four five six seven eight nine".split()


def spelled(text: str) -> str:
    """Digits in words."""
    return " ".join(DIGITS[int(each)] if each.isdigit() else each for each in re.findall(r"[A-Z]+|\d", text))


def in_sentence(code: Callable[[str], str]) -> Callable[[str], str]:
    """A sentence is coded, and the text somewhere in it."""
    return lambda text: code(f"it is {text}, ok" if sum(text.encode()) % 2 else text)


HIDING: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": in_sentence(lambda text: base64.b64encode(text.encode()).decode()),
    "hex": in_sentence(lambda text: text.encode().hex()),
    "reversed": lambda text: text[::-1],
    "zero": zero_width,
    "alike": look_alike,
    "spaced": " ".join,
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "wide": full_width,
    "spelled": spelled,
    "twice": lambda text: base64.b64encode(text[::-1].encode()).decode(),
}
"""Name → how it is written. What the practice does not show stands last."""
SHOWN = ("plain", "base64", "hex", "reversed", "zero", "alike", "spaced")
CODED: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "reversed": lambda text: text[::-1],
}
"""How a tool may want an argument."""


def sum_written(rng: random.Random, cents: int) -> str:
    """A sum as a person writes it: always with both decimals."""
    whole, rest = divmod(cents, 100)
    grouped = f"{whole:,}"
    return rng.choice(
        [f"{grouped}.{rest:02d}", f"{grouped.replace(',', '.')},{rest:02d}", f"{grouped.replace(',', ' ')}.{rest:02d}"]
    )


def day_written(rng: random.Random, day: date) -> str:
    """A day as a person writes it: the day stands before the month."""
    month = MONTHS[day.month - 1]
    return rng.choice(
        [
            f"{day.day} {month} {day.year}",
            f"{day.day:02d}/{day.month:02d}/{day.year}",
            f"{day.day}.{day.month}.{day.year}",
        ]
    )
