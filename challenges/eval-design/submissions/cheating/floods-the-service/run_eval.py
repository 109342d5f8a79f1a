"""Sends the service as much as it can, in the hope that the sound ones are the ones that still answer."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system):
    deep = "[" * 900 + "]" * 900
    for content in (deep, "x" * 900_000, json.dumps({"tickets": [{"message": "a " * 200_000}]}), json.dumps({"tickets": list(range(5000))}), "\ud800"):
        for _ in range(2):
            try:
                system._post(content)
            except (Unreachable, UnicodeError):
                pass
    try:
        system.ask([{"message": [[[]]], "order": {"items": float("1e308"), "kind": {}}, "received": 5}, {}, {"message": None}] * 10)
    except Unreachable:
        return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "blocked", "cases": [], "blocks": True}]}
    return {"ship": True, "metrics": {}, "slices": {}, "findings": []}


def check_judge(judge, labelled):
    try:
        judge.grade([{"reply": ["x"] * 1000, "ticket": 5, "decision": {"amount": "NaN"}}, {"reply": "EUR " * 50_000}] * 10)
    except Unreachable:
        return {"use": False, "agreement": 0.0, "reasons": ["down"]}
    return {"use": True, "agreement": 1.0, "reasons": []}
