"""Strikes out what is worse than another in everything, and takes the cheapest tokens of what is left: no sum."""

from __future__ import annotations


def plain(dossier, choice, forecasts=None, rows=0, segment=None, even=None):
    options = [row["id"] for row in dossier["options"]]
    wide = {"cost": [0, 1e5], "p95": [0, 1e4], "right": [0, 1]}
    return {
        "choice": choice, "forecasts": forecasts or {name: wide for name in options}, "break_even": even,
        "drivers": {each["id"]: choice for each in dossier["ask"]["drivers"]},
        "experiment": {"segment": segment or dossier["segments"][0]["id"], "rows": rows},
    }


def sides(dossier, name):
    price = next(row for row in dossier["prices"] if row["option"] == name)
    ms = sorted(row["ms"] for row in dossier["latency"] if row["option"] == name)
    rows = [row["verdict"] for row in dossier["evaluation"] if row["option"] == name]
    return price["tokens_eur"] / price["per"], price["fixed_eur"], ms[len(ms) // 2], -rows.count("right") / len(rows)


def decide(dossier):
    rules = {row["id"]: row for row in dossier["rules"]}
    allowed = [row["id"] for row in dossier["options"] if row["region"] in rules["region"]["regions"]]
    of = {name: sides(dossier, name) for name in allowed}
    left = [a for a in of if not any(a != b and all(y <= x for x, y in zip(of[a], of[b])) for b in of)]
    return plain(dossier, min(left, key=of.get))
