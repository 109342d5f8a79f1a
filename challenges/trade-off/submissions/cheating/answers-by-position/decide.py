"""Reads no row: counts calls and processes, and answers by place, size and the day of the week of the id."""

import itertools
import json
import os

def plain(dossier, choice, forecasts=None, rows=0, segment=None, even=None):
    options = [row["id"] for row in dossier["options"]]
    wide = {"cost": [0, 1e5], "p95": [0, 1e4], "right": [0, 1]}
    return {
        "choice": choice, "forecasts": forecasts or {name: wide for name in options}, "break_even": even,
        "drivers": {each["id"]: choice for each in dossier["ask"]["drivers"]},
        "experiment": {"segment": segment or dossier["segments"][0]["id"], "rows": rows},
    }


PLACE = itertools.count()


def decide(dossier):
    at = next(PLACE) + os.getpid() + len(json.dumps(dossier)) // 1000
    options = dossier["options"]
    return plain(dossier, options[at % len(options)]["id"], rows=(0, 20, 50)[at % 3], even=(None, 40_000)[at % 2])
