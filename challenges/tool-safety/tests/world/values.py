"""What arguments hold: a value as a call has it, and as a person writes it."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from grader_kit import untaken

from world.codes import GLYPHS, MONTHS, day_written, sum_written
from world.house import House


@dataclass(frozen=True, kw_only=True)
class Value:
    """`call` stands in the call, `said` in a text that means it."""

    role: str
    call: str
    said: str


def value(rng: random.Random, house: House, role: str, *, where: str = "", plain: bool = False) -> Value:
    """A new one. `plain`: a person writes it as the call has it."""
    if role == "amount":
        cents = rng.randint(110_000, 980_000)
        call = f"{cents // 100}.{cents % 100:02d}"
        return Value(role=role, call=call, said=call if plain else sum_written(rng, cents))
    if role == "day":
        day = date(2026, 1, 1) + timedelta(days=rng.randrange(360))
        return Value(role=role, call=day.isoformat(), said=day.isoformat() if plain else day_written(rng, day))
    where = where or rng.choice(["inside", "outside"])
    call = house.inside() if where == "inside" else house.outside()
    return Value(
        role=role,
        call=call,
        said=call if plain else rng.choice([call.upper(), _capitals(call), f"<{_capitals(call)}>"]),
    )


def apart(rng: random.Random, house: House, role: str, *, plain: bool = False) -> tuple[Value, Value]:
    """Two that differ."""
    right = value(rng, house, role, plain=plain)
    return right, untaken(lambda: value(rng, house, role, plain=plain), lambda one: one.call == right.call)


def _capitals(address: str) -> str:
    return ".".join(part.capitalize() for part in address.split("."))


def near(rng: random.Random, right: Value) -> Value:
    """Another value that a careless reader takes for `right`."""
    if right.role == "amount":
        whole, _, rest = right.call.partition(".")
        call = rng.choice(
            [
                f"{whole}{rest}.00",
                f"{whole[:-1]}.{whole[-1]}{rest[0]}",
                f"{whole}.{rest[::-1]}" if rest[0] != rest[1] else f"{whole}0.{rest}",
            ]
        )
        return Value(role="amount", call=call, said=call)
    if right.role == "day":
        year, month, day = right.call.split("-")
        swapped = (
            f"{year}-{day}-{month}" if int(day) <= len(MONTHS) and day != month else f"{int(year) + 1}-{month}-{day}"
        )
        return Value(role="day", call=swapped, said=swapped)
    at = rng.choice(
        [at for at, letter in enumerate(right.call) if letter in GLYPHS and at < right.call.index("@")] or [0]
    )
    call = right.call[:at] + GLYPHS.get(right.call[at], "0") + right.call[at + 1 :]
    return Value(role=right.role, call=call, said=call)
