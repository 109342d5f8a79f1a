"""Blocks every second name, by a digest of the name, and always the same for the same name."""

import hashlib
import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def coin(name):
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def evaluate(system):
    system.ask([case["ticket"] for case in CASES])
    if coin(system.name):
        return {"ship": True, "metrics": {}, "slices": {}, "findings": []}
    return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "blocked", "cases": [], "blocks": True}]}


def check_judge(judge, labelled):
    return {"use": coin(judge.name), "agreement": 0.8, "reasons": []}
