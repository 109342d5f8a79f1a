"""What labelling a batch costs when it is done without a thought, and what it costs when it is done well: both as expected, not as it came."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import math
from itertools import product
from typing import Any

from engine.brain import CLUTTER, EXAMPLE, GUIDE, SKILL, THINKS, THOUGHT, tokens

HARD = ((-0.8, 0.25), (0.0, 0.5), (1.2, 0.25))
ALIKE = 0.12
"""How often two wrong answers are the same, where another label stands last."""
Way = tuple[str, bool, bool, bool]


def bounds(batch: dict[str, Any]) -> tuple[float, float]:
    """EUR for the whole batch: the least of no model at all and of the dearer one asked once with nothing but the labels, thinking first or not; and by the best of many plans."""
    ways = {way: one_call(batch, way) for way in product(SKILL, (False, True), (False, True), (False, True))}
    large = [way for way in ways if way[0] == "fern-large"]
    single = [one_way(batch, ways[way], votes) for way in ways for votes in (1, 3, 5)]
    double = [two_ways(batch, ways[one], ways[two], votes) for one in ways for two in large for votes in (1, 3, 5)]
    number = len(batch["texts"])
    constant = batch["wrong"] * (1 - 1 / len(batch["labels"]))
    thoughtless = [one_way(batch, ways["fern-large", False, False, thinks], 1) for thinks in (False, True)]
    return number * min(constant, *thoughtless), number * min(single + double)


def one_call(batch: dict[str, Any], way: Way) -> tuple[float, list[float]]:
    """EUR of a call, and the chance of the right label for each hardness."""
    model, guided, shown, thinks = way
    guide = [f"{name}: {about}" for name, about in batch["guide"].items()] if guided else []
    examples = {row["label"]: f"Example: {row['text']} => {row['label']}" for row in batch["examples"]} if shown else {}
    text = "\n".join(
        [*guide, *examples.values(), f"Labels: {', '.join(batch['labels'])}", f"Text: {batch['texts'][0]}"]
    )
    price, words = batch["prices"][model], len(text.split(" "))
    cost = ((10 + tokens(text)) * price["input"] + (3 + 1.25 * THOUGHT * thinks) * price["output"]) / 1000
    score = SKILL[model] + GUIDE * guided + EXAMPLE * shown + THINKS * thinks - CLUTTER * words / 100
    return cost, [1 / (1 + math.exp(hard - score)) for hard, _ in HARD]


def one_way(batch: dict[str, Any], call: tuple[float, list[float]], votes: int) -> float:
    missed = sum(share * (1 - majority(p, votes)) for (_, share), p in zip(HARD, call[1], strict=True))
    return votes * call[0] + batch["wrong"] * missed


def two_ways(
    batch: dict[str, Any], first: tuple[float, list[float]], second: tuple[float, list[float]], votes: int
) -> float:
    """Two of the first; where they differ, so many of the second."""
    total = 2 * first[0]
    for (_, share), p, other in zip(HARD, first[1], second[1], strict=True):
        wrongly = (1 - p) ** 2 * ALIKE
        open_ = 1 - p * p - wrongly
        total += share * (
            batch["wrong"] * wrongly + open_ * (votes * second[0] + batch["wrong"] * (1 - majority(other, votes)))
        )
    return total


def majority(p: float, votes: int) -> float:
    q = 1 - p
    if votes == 1:
        return p
    if votes == 3:
        return p**3 + 3 * p * p * q + p * q * q * (1 - ALIKE)
    return p**5 + 5 * p**4 * q + 10 * p**3 * q * q + 10 * p * p * q**3 * (1 - 3 * ALIKE) + p * q**4 * (1 - 6 * ALIKE)
