"""A rule of thumb for experiments: the two cheapest options alone, the segment in which their difference is most open, three sizes."""

from __future__ import annotations

import math
import statistics

from sums import allowed, costs

SIZES = (20, 80, 250)


def best_experiment(facts: dict, terms: dict) -> tuple[str, int]:
    """Segment and number of rows; 0 rows where the expected saving does not cover the cost."""
    eur = costs(facts)
    first, second = sorted(allowed(facts), key=eur.get)[:2]
    gap = (eur[second] - eur[first]) * terms["months"]
    worth = {}
    for segment in facts["requests"]:
        for rows in SIZES:
            if rows <= terms["most"]:
                sd = spread(facts, terms, segment, rows, (first, second))
                normal = statistics.NormalDist()
                saved = sd * normal.pdf(gap / sd) - gap * (1 - normal.cdf(gap / sd))
                worth[saved - rows * terms["label_eur"]] = (segment, rows)
    best = max(worth)
    return worth[best] if best > 0 else (next(iter(facts["requests"])), 0)


def spread(facts: dict, terms: dict, segment: str, rows: int, names: tuple) -> float:
    """By how much the difference of the two may move in the months, as a standard deviation."""
    squares = 0.0
    for name in names:
        option = facts["options"][name]
        a, n = 1 + option["right"][segment], 2 + option["judged"][segment]
        squares += a * (n - a) / (n * n * (n + 1)) * rows / (rows + n)
    return terms["months"] * facts["requests"][segment] * facts["wrong"][segment] * math.sqrt(squares)
