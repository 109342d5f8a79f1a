"""What a month costs, where two options cost the same, what turns a choice, and what a small experiment is worth."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from grader_kit import stream

from world.reading import Line, Reading

DRAWS = 600
"""Draws behind the worth of an experiment."""
SIZES = (0, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400)


def share(line: Line, segment: str) -> float:
    """Share of right answers as counted; without any that count, a coin's."""
    right, all_of = line.tried[segment]
    return right / all_of if all_of else 0.5


def each_request(reading: Reading, line: Line) -> float:
    """EUR that change with the number of requests, for the month as it is expected."""
    eur = 0.0
    for segment, many in reading.requests.items():
        eur += many * line.tokens[segment] * line.price
        eur += many * (1 - share(line, segment)) * reading.wrong[segment]
        if segment in reading.private:
            eur += many * reading.breach["forget" if line.keeps else "keep"]
    return eur + reading.total * line.late * reading.breach["speed"]


def costs(reading: Reading) -> dict[str, float]:
    """EUR of the month, by option."""
    return {name: line.fixed + each_request(reading, line) for name, line in reading.lines.items()}


def best(reading: Reading) -> str:
    """The option that the month costs least with, of those that are allowed; of all where none is."""
    eur = costs(reading)
    return min(reading.feasible() or eur, key=eur.__getitem__)


def margin(reading: Reading) -> float:
    """What the second best costs more than the best, as a share."""
    eur = sorted(costs(reading)[name] for name in reading.feasible())
    return eur[1] / eur[0] - 1 if len(eur) > 1 else math.inf


def break_even(reading: Reading, pair: tuple[str, str]) -> float | None:
    """Requests of a month, of the same mix, at which both of `pair` cost the same; None where there are none such."""
    one, other = (reading.lines[name] for name in pair)
    slope = (each_request(reading, one) - each_request(reading, other)) / reading.total
    many = (other.fixed - one.fixed) / slope if slope else math.inf
    return many if 0 < many < math.inf else None


def moved(reading: Reading, driver: Mapping[str, Any]) -> Reading:
    """`reading` with one thing times a factor."""
    what, factor = driver["what"], driver["factor"]
    if what == "traffic":
        return replace(reading, requests={name: many * factor for name, many in reading.requests.items()})
    if what == "wrong":
        return replace(reading, wrong=reading.wrong | {driver["of"]: reading.wrong[driver["of"]] * factor})
    if what == "price":
        line = reading.lines[driver["of"]]
        return replace(reading, lines=reading.lines | {driver["of"]: replace(line, price=line.price * factor)})
    return replace(reading, breach=reading.breach | {driver["of"]: reading.breach[driver["of"]] * factor})


# ---------------------------------------------------------------------------------------------- an experiment


@cache
def normals(count: int) -> tuple[tuple[float, ...], ...]:
    """`DRAWS` rows of so many standard normal draws, always the same, the second half the first turned round."""
    rng = stream("experiment", count)
    half = [tuple(rng.gauss(0, 1) for _ in range(count)) for _ in range(DRAWS // 2)]
    return (*half, *(tuple(-each for each in row) for row in half))


def worth(reading: Reading, terms: Mapping[str, Any], segment: str, rows: int) -> float:
    """What `rows` more items of `segment` are expected to save over the months that the decision holds, less what they
    cost. A share of right answers is open as Beta(1 + right, 1 + not right); the posterior mean after the experiment is
    taken as normal."""
    if rows == 0:
        return 0.0
    names = reading.feasible()
    means, deviations = [], []
    for name in names:
        line = reading.lines[name]
        eur = line.fixed + each_request(reading, settled(line))
        means.append(eur * terms["months"])
        right, all_of = line.tried[segment]
        a, b = 1 + right, 1 + all_of - right
        open_now = a * b / ((a + b) ** 2 * (a + b + 1))
        scale = terms["months"] * reading.requests[segment] * reading.wrong[segment]
        deviations.append(scale * math.sqrt(open_now * rows / (rows + a + b)))
    now = min(means)
    after = statistics.fmean(
        min(mean + each * z for mean, each, z in zip(means, deviations, draw, strict=True))
        for draw in normals(len(names))
    )
    return now - after - rows * terms["label_eur"]


def settled(line: Line) -> Line:
    """`line` with the mean of what is open in the place of what was counted."""
    return replace(line, tried={name: (right + 1, all_of + 2) for name, (right, all_of) in line.tried.items()})


def best_experiment(reading: Reading, terms: Mapping[str, Any]) -> tuple[str, int, float]:
    """Segment, rows and worth of the best experiment, 0 rows where none is worth its cost."""
    tried = [
        (worth(reading, terms, segment, rows), segment, rows)
        for segment in reading.requests for rows in SIZES if 0 < rows <= terms["most"]
    ]  # fmt: skip
    value, segment, rows = max(tried)
    return (segment, rows, value) if value > 0 else (segment, 0, 0.0)
