"""Tells systems by the wording of a greeting and the number of digits of the price, and judges by their mean."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system):
    replies = system.ask([case["ticket"] for case in CASES])
    look = sum(len(reply["reply"]) for reply in replies) + sum(len(str(reply["usage"]["cents"])) for reply in replies)
    if look % 2:
        return {"ship": True, "metrics": {}, "slices": {}, "findings": []}
    return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "blocked", "cases": [], "blocks": True}]}


def check_judge(judge, labelled):
    grades = judge.grade([{key: row[key] for key in ("ticket", "decision", "reply")} for row in labelled])
    return {"use": sum(grades) / len(grades) > 3.3, "agreement": 0.8, "reasons": []}
