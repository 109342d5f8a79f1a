"""Intervals of 80 % for cost, p95 and share right of an option: what few rows leave open, and what a month does by itself."""

from __future__ import annotations

import math
import statistics

from sums import running, share_right

TENTH = 1.2816  # normal quantile that leaves a tenth on each side
Q95 = 1.645
WEEKS_AHEAD, WEEKS_SEEN = 4, 12


def forecast(facts: dict, option: dict) -> dict:
    total = sum(facts["requests"].values())
    parts = {}
    for segment, many in facts["requests"].items():
        judged = option["judged"][segment]
        share = (option["right"][segment] + 1) / (judged + 2)
        parts[segment] = (share_right(option, segment), share * (1 - share) / max(judged, 1), many)
    right = sum(share * many for share, _, many in parts.values()) / total
    open_right = math.sqrt(sum(part * (many / total) ** 2 for _, part, many in parts.values()))
    logs = [math.log(ms) for ms in option["ms"]]
    middle, spread = statistics.fmean(logs), statistics.stdev(logs)
    open_p95 = spread * math.sqrt((1 + Q95**2 / 2) / len(logs))
    eur, late = running(facts, option), sum(ms > facts["limit"] for ms in option["ms"]) / len(logs)
    shares = (sum(ms > facts["limit"] for ms in option["ms"]) + 1) / (len(logs) + 2)
    smooth = 1 - statistics.NormalDist(middle, spread).cdf(math.log(facts["limit"]))
    eur += total * facts["breach"]["speed"] * (smooth - late)
    open_eur = math.sqrt(
        sum(part * (many * facts["wrong"][segment]) ** 2 for segment, (_, part, many) in parts.items())
        + (total * facts["breach"]["speed"]) ** 2 * shares * (1 - shares) / len(logs)
        + (eur * facts["swing"]) ** 2 * (1 / WEEKS_AHEAD + 1 / WEEKS_SEEN)
    )
    cost = option["fixed"] + eur
    return {
        "cost": [round(cost - TENTH * open_eur), round(cost + TENTH * open_eur)],
        "p95": [round(math.exp(middle + Q95 * spread + sign * TENTH * open_p95)) for sign in (-1, 1)],
        "right": [round(right - TENTH * open_right, 4), round(right + TENTH * open_right, 4)],
    }
