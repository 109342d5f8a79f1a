"""What is expected, where the dossier shows only in part what is true.

A share that was counted on few rows is drawn towards what all options show in that segment, moved by how far this option is
ahead of the others; a spread of milliseconds towards the mean one; late replies come from the fitted curve and not from
the few that were counted. The weights are rows that the common view is worth; the months that are over fit them about.
"""

from __future__ import annotations

import math
import statistics

OWN, COMMON, FIRM, SPREAD = 30, 25, 8, 20
TENTH = 0.2  # about what the figures show
Q95 = 1.645
WEEKS_AHEAD, WEEKS_SEEN = 4, 12


def shares(facts: dict) -> dict:
    """By option and segment: the share of right answers that is expected, and its variance."""
    options, pool = facts["options"], {}
    for segment in facts["requests"]:
        right = sum(option["right"][segment] for option in options.values())
        pool[segment] = (right + 3) / (sum(option["judged"][segment] for option in options.values()) + 4)
    found = {}
    for name, option in options.items():
        judged = option["judged"]
        ahead = sum(option["right"][each] - judged[each] * pool[each] for each in pool) / (sum(judged.values()) + OWN)
        found[name] = {}
        for segment, common in pool.items():
            prior = min(0.97, max(0.05, common + ahead))
            mean = (option["right"][segment] + COMMON * prior) / (judged[segment] + COMMON)
            found[name][segment] = mean, mean * (1 - mean) / (judged[segment] + FIRM + 1)
    return found


def curves(facts: dict) -> dict:
    """By option: middle and spread of the logarithm of its milliseconds, and how many were logged."""
    logs = {name: [math.log(ms) for ms in option["ms"]] for name, option in facts["options"].items()}
    common = statistics.fmean(statistics.variance(each) for each in logs.values())
    found = {}
    for name, each in logs.items():
        free = len(each) - 1
        spread = math.sqrt((statistics.variance(each) * free + common * SPREAD) / (free + SPREAD))
        found[name] = statistics.fmean(each), spread, len(each)
    return found


def month(facts: dict, name: str, share: dict, curve: tuple) -> tuple[float, float]:
    """The expected EUR of the month with an option, and their standard deviation."""
    option, requests, breach = facts["options"][name], facts["requests"], facts["breach"]
    total = sum(requests.values()) * breach["speed"]
    middle, spread, logged = curve
    at = (math.log(facts["limit"]) - middle) / spread
    eur = total * (1 - statistics.NormalDist().cdf(at))
    open_eur = total**2 * statistics.NormalDist().pdf(at) ** 2 * (1 + at * at / 2 * logged / (logged + SPREAD)) / logged
    for segment, many in requests.items():
        mean, variance = share[segment]
        eur += many * option["tokens"][segment] * option["token"] + many * (1 - mean) * facts["wrong"][segment]
        open_eur += (many * facts["wrong"][segment]) ** 2 * variance
        if segment in facts["private"]:
            eur += many * breach["forget" if option["keeps"] else "keep"]
    open_eur += (eur * facts["swing"]) ** 2 * (1 / WEEKS_AHEAD + 1 / WEEKS_SEEN)
    return option["fixed"] + eur, math.sqrt(open_eur)


def expected(facts: dict) -> dict:
    """EUR of the month by option."""
    share, curve = shares(facts), curves(facts)
    return {name: month(facts, name, share[name], curve[name])[0] for name in facts["options"]}
