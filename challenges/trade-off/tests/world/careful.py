"""What a careful reader makes of few rows: shares and spreads that lean on what the options have in common, and intervals
that are as wide as what is left open. What others earn is measured against it, on the same dossiers."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from functools import cache

from world.draw import Dossier
from world.futures import Q95, WEEKS
from world.reading import Line, Reading
from world.sums import best, costs

OWN, COMMON, FIRM, SPREAD = 30, 25, 8, 20
"""Rows that count as much as the common view: of an option's distance from all, of a share, of how sure a share is (the
common view is itself of few rows), of a spread."""
TENTH = 1.2816
EXTREME = (0.05, 0.97)
SEEN = 12
"""Weeks in the log."""


def shares(reading: Reading) -> dict[tuple[str, str], tuple[float, float]]:
    """Expected share of right answers, and its variance, by option and segment."""
    lines = reading.lines
    pool = {}
    for segment in reading.requests:
        right, all_of = (sum(line.tried[segment][at] for line in lines.values()) for at in (0, 1))
        pool[segment] = (right + 3) / (all_of + 4)
    found = {}
    for name, line in lines.items():
        ahead = sum(right - all_of * pool[segment] for segment, (right, all_of) in line.tried.items())
        ahead /= sum(all_of for _, all_of in line.tried.values()) + OWN
        for segment, (right, all_of) in line.tried.items():
            common = min(EXTREME[1], max(EXTREME[0], pool[segment] + ahead))
            share = (right + COMMON * common) / (all_of + COMMON)
            found[name, segment] = share, share * (1 - share) / (all_of + FIRM + 1)
    return found


def logs(reading: Reading) -> dict[str, tuple[float, float, int]]:
    """Mean and spread of the logarithm of an option's milliseconds, and how many there are."""
    own = {name: [math.log(ms) for ms in line.took] for name, line in reading.lines.items()}
    parts = {name: middle_and_variance(values) for name, values in own.items()}
    common = statistics.fmean(variance for _, variance in parts.values())
    found = {}
    for name, (middle, variance) in parts.items():
        free = len(own[name]) - 1
        found[name] = middle, math.sqrt((variance * free + common * SPREAD) / (free + SPREAD)), free + 1
    return found


def middle_and_variance(values: list[float]) -> tuple[float, float]:
    """As `statistics`, which sums fractions: hundreds of dossiers are looked at before one is asked about."""
    middle = math.fsum(values) / len(values)
    return middle, math.fsum((each - middle) ** 2 for each in values) / (len(values) - 1)


def limit_of(dossier: Dossier) -> float:
    return next(row["limit_ms"] for row in dossier["rules"] if row["id"] == "speed")


def expected(reading: Reading, limit: float) -> dict[str, float]:
    """EUR of the month by option, with shares and late replies as they are to be expected, not as they were counted."""
    share, took, eur = shares(reading), logs(reading), {}
    for name, line in reading.lines.items():
        middle, spread, _ = took[name]
        many = line.fixed + reading.total * late(middle, spread, limit) * reading.breach["speed"]
        for segment, requests in reading.requests.items():
            many += requests * line.tokens[segment] * line.price
            many += requests * (1 - share[name, segment][0]) * reading.wrong[segment]
            if segment in reading.private:
                many += requests * reading.breach["forget" if line.keeps else "keep"]
        eur[name] = many
    return eur


def late(middle: float, spread: float, limit: float) -> float:
    return 1 - statistics.NormalDist(middle, spread).cdf(math.log(limit))


@cache
def reached(many: int) -> float:
    """Variance of a high quantile of the logarithm, in squared spreads, of so many values and what is in common."""
    return (1 + Q95**2 / 2 * many / (many + SPREAD)) / many


def forecasts(reading: Reading, limit: float) -> dict[str, dict[str, tuple[float, float]]]:
    """Intervals of 80 % by option."""
    share, took, eur = shares(reading), logs(reading), expected(reading, limit)
    said = {}
    for name, line in reading.lines.items():
        middle, spread, many = took[name]
        high = middle + Q95 * spread
        weights = {segment: requests / reading.total for segment, requests in reading.requests.items()}
        right = sum(weight * share[name, segment][0] for segment, weight in weights.items())
        open_right = math.sqrt(sum(weight**2 * share[name, segment][1] for segment, weight in weights.items()))
        open_p95 = spread * math.sqrt(reached(many))
        open_eur = math.sqrt(open_cost(reading, line, share, name, (eur[name] - line.fixed) * reading.swing)
                             + (reading.total * reading.breach["speed"]) ** 2 * open_late(took[name], limit))  # fmt: skip
        said[name] = {
            "cost": (eur[name] - TENTH * open_eur, eur[name] + TENTH * open_eur),
            "p95": (math.exp(high - TENTH * open_p95), math.exp(high + TENTH * open_p95)),
            "right": (right - TENTH * open_right, right + TENTH * open_right),
        }
    return said


def open_cost(
    reading: Reading, line: Line, share: dict[tuple[str, str], tuple[float, float]], name: str, week: float
) -> float:
    """Variance of the month's EUR that wrong answers and the weeks leave open; `week`: deviation of a week's EUR."""
    wrong = sum(
        (requests * reading.wrong[segment]) ** 2 * share[name, segment][1]
        for segment, requests in reading.requests.items()
    )
    return wrong + week**2 * (1 / WEEKS + 1 / SEEN)


def open_late(took: tuple[float, float, int], limit: float) -> float:
    """Variance of the share of late replies."""
    middle, spread, many = took
    at = (math.log(limit) - middle) / spread
    density = math.exp(-at * at / 2) / math.sqrt(2 * math.pi)
    return density**2 * (1 + at * at / 2 * many / (many + SPREAD)) / many


# ---------------------------------------------------------------------------------------------- choices


def choice(reading: Reading, limit: float) -> str:
    """The allowed option that is expected to cost least."""
    eur = expected(reading, limit)
    return min(reading.feasible() or eur, key=eur.__getitem__)


def ahead(reading: Reading, limit: float) -> float:
    """What the second best of the allowed is expected to cost more than the best, as a share."""
    eur = sorted(expected(reading, limit)[name] for name in reading.feasible())
    return eur[1] / eur[0] - 1 if len(eur) > 1 else math.inf


def alike(reading: Reading) -> str:
    """The choice of who takes no option for better than another: each share is that of all of them together."""
    pool = {
        segment: tuple(sum(line.tried[segment][at] for line in reading.lines.values()) for at in (0, 1))
        for segment in reading.requests
    }
    lines = {name: replace(line, tried=pool) for name, line in reading.lines.items()}
    eur = costs(replace(reading, lines=lines))
    return min(reading.feasible() or eur, key=eur.__getitem__)


def counted(reading: Reading) -> str:
    """The choice of who takes few rows at their word."""
    return best(reading)
