"""Intervals of 80 % for cost, p95 and share right of each option: what few rows leave open, and what a month does by itself."""

from __future__ import annotations

import math

from estimates import Q95, SPREAD, TENTH, curves, month, shares


def forecasts(facts: dict) -> dict:
    share, curve, total = shares(facts), curves(facts), sum(facts["requests"].values())
    said = {}
    for name in facts["options"]:
        eur, open_eur = month(facts, name, share[name], curve[name])
        parts = {segment: many / total for segment, many in facts["requests"].items()}
        right = sum(part * share[name][segment][0] for segment, part in parts.items())
        open_right = math.sqrt(sum(part**2 * share[name][segment][1] for segment, part in parts.items()))
        middle, spread, logged = curve[name]
        open_p95 = spread * math.sqrt((1 + Q95**2 / 2 * logged / (logged + SPREAD)) / logged)
        said[name] = {
            "cost": [round(eur + sign * TENTH * open_eur) for sign in (-1, 1)],
            "p95": [round(math.exp(middle + Q95 * spread + sign * TENTH * open_p95)) for sign in (-1, 1)],
            "right": [round(right + sign * TENTH * open_right, 4) for sign in (-1, 1)],
        }
    return said
