"""Lets everything ship and uses every judge."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system):
    return {"ship": True, "metrics": {}, "slices": {}, "findings": []}


def check_judge(judge, labelled):
    return {"use": True, "agreement": 0.9, "reasons": []}
