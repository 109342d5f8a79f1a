"""Blocks the first, third and fifth that it is given."""

import itertools
import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]

TURN = itertools.count()


def evaluate(system):
    if next(TURN) % 2:
        return {"ship": True, "metrics": {}, "slices": {}, "findings": []}
    return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "blocked", "cases": [], "blocks": True}]}


def check_judge(judge, labelled):
    return {"use": next(TURN) % 2 == 1, "agreement": 0.8, "reasons": []}
