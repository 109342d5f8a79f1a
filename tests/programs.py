"""Programs that are like no other."""

from __future__ import annotations

import random

EXPRESSIONS = ["x", "y", "len(x)", "x[0]", "y.get(x)", "1", "'a'", "x + y", "x * 2 - y", "f(x, y)", "x in y", "not x"]
SHAPES = [
    "    x = {}\n",
    "    if {}:\n        y = {}\n",
    "    for z in {}:\n        x.append({})\n",
    "    while {} < {}:\n        x += {}\n",
    "    try:\n        x = {}\n    except ValueError:\n        return {}\n",
    "    with open({}) as z:\n        y = {}\n",
]


def program(seed: int, functions: int = 8) -> str:
    """A program unlike all others."""
    draw = random.Random(seed)
    parts = []
    for number in range(functions):
        lines = (draw.choice(SHAPES) for _ in range(draw.randint(4, 9)))
        filled = (line.format(*(draw.choice(EXPRESSIONS) for _ in range(3))) for line in lines)
        parts.append(f"def work_{number}(x, y):\n{''.join(filled)}    return x\n")
    return "\n".join(parts)
