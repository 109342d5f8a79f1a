"""Blocks everything, and names every case."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system):
    system.ask([case["ticket"] for case in CASES])
    tags = {tag for case in CASES for tag in case["tags"]}
    slices = {tag: {"n": sum(tag in case["tags"] for case in CASES), "right": 0} for tag in tags}
    return {"ship": False, "metrics": {}, "slices": slices, "findings": [{"what": "all", "cases": [case["id"] for case in CASES], "blocks": True}]}


def check_judge(judge, labelled):
    return {"use": False, "agreement": 0.0, "reasons": ["no"]}
