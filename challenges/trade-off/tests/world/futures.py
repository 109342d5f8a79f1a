"""What comes of a decision: months that are drawn from the truth, which no dossier says."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from grader_kit import stream

from world.draw import Dossier, Option, Truth

MONTHS = 100
TAIL = 0.2
"""What an interval of 80 % leaves out."""
NORMAL = 3.51
"""Interval score of a right interval of 80 % around a normal draw, in its standard deviations."""
WEEKS = 4
Q95 = 1.645


def after(world: Truth, dossier: Dossier) -> Truth:
    """`world` as the dossier's addendum changes it."""
    addendum = dossier.get("addendum", {})
    wrong = world.wrong | {each["segment"]: each["eur"] for each in addendum.get("wrong", [])}
    requests = dict(world.requests)
    for each in addendum.get("traffic", []):
        requests[each["segment"]] *= each["factor"]
    factors = {each["option"]: each["factor"] for each in addendum.get("price", [])}
    options = tuple(replace(o, price=o.price * factors.get(o.name, 1)) for o in world.options)
    regions = tuple(addendum.get("regions", world.regions))
    return replace(world, wrong=wrong, requests=requests, options=options, regions=regions)


def late(option: Option, limit: float) -> float:
    """Share of replies that take longer than `limit`."""
    return 1 - statistics.NormalDist().cdf(math.log(limit / option.middle) / option.spread)


def running(world: Truth, option: Option) -> float:
    """EUR of the expected month that change with the number of requests."""
    total = sum(world.requests.values())
    eur = total * late(option, world.limit) * world.breach["speed"]
    for segment, many in world.requests.items():
        eur += many * (
            option.tokens[segment] * option.price / 1000 + (1 - option.right[segment]) * world.wrong[segment]
        )
        eur += many * world.breach["forget" if option.keeps else "keep"] * (segment in world.private)
    return eur


@lru_cache(maxsize=64)
def levels(seed: str, swing: float) -> tuple[float, ...]:
    """How many requests each of the drawn months has, as a share of what is expected."""
    rng = stream(seed, "futures")
    weeks = [math.exp(rng.gauss(0, swing) - swing**2 / 2) for _ in range(MONTHS * WEEKS)]
    return tuple(sum(weeks[at : at + WEEKS]) / WEEKS for at in range(0, len(weeks), WEEKS))


def losses(seed: str, world: Truth) -> dict[str, float]:
    """EUR of a month, in the mean of the futures, by option; endless where a rule that cannot be bought off is broken."""
    level = sum(levels(seed, world.swing)) / MONTHS
    allowed = {o.name for o in world.options if not world.private or o.region in world.regions}
    return {o.name: o.fixed + level * running(world, o) if o.name in allowed else math.inf for o in world.options}


def regret(loss: dict[str, float], choice: str) -> float:
    """What `choice` costs more than the best, as a share of what the dearest that is allowed costs more; 1 for what is
    forbidden or unknown."""
    allowed = [eur for eur in loss.values() if eur < math.inf]
    span = max(allowed) - min(allowed)
    return min(1.0, (loss.get(choice, math.inf) - min(allowed)) / span) if span else 0.0


# ---------------------------------------------------------------------------------------------- forecasts


def outcomes(seed: str, world: Truth, option: Option) -> dict[str, Sequence[float]]:
    """What comes out in each of the futures: EUR, milliseconds that 95 of 100 replies keep to, share of right answers."""
    total = sum(world.requests.values())
    right = sum(many * option.right[segment] for segment, many in world.requests.items()) / total
    eur = running(world, option)
    return {
        "cost": [option.fixed + level * eur for level in levels(seed, world.swing)],
        "p95": [option.middle * math.exp(option.spread * Q95)],
        "right": [right],
    }


def scale(world: Truth, dossier: Dossier, option: Option) -> dict[str, float]:
    """What an interval of 80 % has to leave open, by quantity, as a standard deviation: what the rows of the evaluation
    and the log leave open, and what the month itself does."""
    total = sum(world.requests.values())
    own = next(o for o in dossier["options"] if o["id"] == option.name)
    sizes = dict.fromkeys(world.requests, 0)
    for row in dossier["evaluation"]:
        new = row["option"] == option.name and row["run"] == "2026-01-15" and row["item"] not in own["examples"]
        sizes[row["segment"]] += new and bool(row["verdict"])
    parts = {s: option.right[s] * (1 - option.right[s]) / max(size, 1) for s, size in sizes.items()}
    right = math.sqrt(sum((world.requests[s] / total) ** 2 * part for s, part in parts.items()))
    logged = sum(row["option"] == option.name for row in dossier["latency"])
    p95 = option.middle * math.exp(option.spread * Q95) * option.spread * math.sqrt((1 + Q95**2 / 2) / logged)
    share = late(option, world.limit)
    open_wrong = sum((world.requests[s] * world.wrong[s]) ** 2 * part for s, part in parts.items())
    open_late = (total * world.breach["speed"]) ** 2 * share * (1 - share) / logged
    open_month = (running(world, option) * world.swing) ** 2 * (1 / WEEKS + 1 / 12)
    return {"right": right, "p95": p95, "cost": math.sqrt(open_wrong + open_late + open_month)}


def interval_score(low: float, high: float, outcome: Sequence[float]) -> float:
    """Width, and ten times what an outcome lies outside by: the mean over `outcome`. Less is better."""
    missed = statistics.fmean(max(low - each, 0) + max(each - high, 0) for each in outcome)
    return high - low + 2 / TAIL * missed
