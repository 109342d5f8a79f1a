"""Which few more rows are worth what they cost, by what they are expected to save."""

from __future__ import annotations

import math
import random

from sums import allowed, running

DRAWS = 400
SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400)


def best_experiment(facts: dict, terms: dict) -> tuple[str, int]:
    """Segment and number of rows; 0 rows where none pays."""
    names = allowed(facts)
    rng = random.Random(11)
    half = [[rng.gauss(0, 1) for _ in names] for _ in range(DRAWS // 2)]
    draws = half + [[-z for z in row] for row in half]
    found = (0.0, next(iter(facts["requests"])), 0)
    for segment in facts["requests"]:
        for rows in SIZES:
            if rows <= terms["most"]:
                value = saved(facts, terms, names, segment, rows, draws) - rows * terms["label_eur"]
                found = max(found, (value, segment, rows))
    return found[1], found[2]


def saved(facts: dict, terms: dict, names: list[str], segment: str, rows: int, draws: list) -> float:
    """EUR that knowing so many more rows is expected to save: the least of the expected costs now, less the mean of the
    least after. What is open about a share is Beta(1 + right, 1 + not right); rows shrink it by rows / (rows + all)."""
    means, moves = [], []
    for name in names:
        option = facts["options"][name]
        means.append(terms["months"] * (option["fixed"] + running(facts, smoothed(option))))
        a = 1 + option["right"][segment]
        n = 2 + option["judged"][segment]
        sd = math.sqrt(a * (n - a) / (n * n * (n + 1)) * rows / (rows + n))
        moves.append(terms["months"] * facts["requests"][segment] * facts["wrong"][segment] * sd)
    after = sum(min(mean + move * z for mean, move, z in zip(means, moves, draw)) for draw in draws) / len(draws)
    return min(means) - after


def smoothed(option: dict) -> dict:
    right = {segment: many + 1 for segment, many in option["right"].items()}
    return {**option, "right": right, "judged": {segment: many + 2 for segment, many in option["judged"].items()}}
