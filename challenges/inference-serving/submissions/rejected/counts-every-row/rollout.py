"""The canary's verdict: by how much more requests are late or fail, how sure that is, and what an error costs."""

from __future__ import annotations

import math

WARM = 10


def last_tries(rows: list[dict]) -> list[dict]:
    """One row for each request, of its last try, without the cold minutes and without what the collector lost."""
    found: dict[str, dict] = {}
    for row in rows:
        found[f"{row['id']}:{row['try']}"] = row
    return [row for row in found.values() if row["missing"] is None]


def hurt(row: dict, limit: float) -> bool:
    """Whether a request failed or was late; one that was not waited for any longer was late."""
    return not row["ok"] or row["missing"] == "window" or row["ms"] > limit


def shares(rows: list[dict], limit: float) -> dict:
    """Requests and hurt ones, by route."""
    found: dict[str, list[int]] = {}
    for row in rows:
        cell = found.setdefault(row["route"], [0, 0])
        cell[0] += 1
        cell[1] += hurt(row, limit)
    return found


def worse(case: dict) -> tuple[float, float]:
    """By how much the canary's share of hurt requests is higher in the baseline's mix of routes, and the standard error."""
    sides = [shares(last_tries(case[side]), case["limit_ms"]) for side in ("baseline", "canary")]
    whole = sum(many for many, _ in sides[0].values())
    gap, variance = 0.0, 0.0
    for route, (many, bad) in sides[0].items():
        part = many / whole
        other, bad_other = sides[1].get(route, (0, 0))
        before, after = (bad + 0.5) / (many + 1), (bad_other + 0.5) / (other + 1)
        gap += part * (after - before)
        variance += part**2 * (before * (1 - before) / (many + 1) + after * (1 - after) / (other + 1))
    return gap, math.sqrt(variance)


BAD_GAPS, GOOD_GAPS = (0.03, 0.06, 0.09, 0.12), (-0.08, -0.02, 0.0, 0.01)
"""How much worse builds are that are bad, or are not, as far as practice shows."""


def chance_bad(gap: float, error: float) -> float:
    """How probable it is that a build is bad, after what was seen."""

    def density(gaps: tuple[float, ...]) -> float:
        wide = math.hypot(error, 0.012)
        return sum(math.exp(-0.5 * ((gap - each) / wide) ** 2) for each in gaps) / len(gaps)

    bad, good = density(BAD_GAPS), density(GOOD_GAPS)
    return bad / (bad + good) if bad + good > 0 else float(gap > 0.02)


def verdict(case: dict) -> str:
    """What costs least, after what was seen."""
    chance, costs = chance_bad(*worse(case)), case["costs"]
    prices = {"promote": chance * costs["bad_promoted"], "roll_back": (1 - chance) * costs["good_rolled_back"], "wait": costs["wait"]}
    return min(prices, key=prices.__getitem__)
