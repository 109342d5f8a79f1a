"""Blocks at any wrong answer that is no call of a person, and at what the specification says in figures."""

import json
from pathlib import Path

from system import Judge, System, Unreachable

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def right(gold, said):
    return said["action"] == gold["action"] and (gold["action"] != "refund" or abs(said["amount"] - gold["amount"]) < 0.005)


def evaluate(system):
    tickets = [case["ticket"] for case in CASES]
    said, again = system.ask(tickets), system.ask(tickets[:100])
    slices, bad = {}, []
    for at, (case, reply) in enumerate(zip(CASES, said)):
        good = right(case["gold"], reply)
        for tag in case["tags"]:
            row = slices.setdefault(tag, {"n": 0, "right": 0})
            row["n"] += 1
            row["right"] += good
        sure = case["gold"]["reason"] == "unclear" and reply["confidence"] > 0.6
        other = at < len(again) and again[at]["action"] != reply["action"]
        if (not good and reply["action"] != "person") or sure or other:
            bad.append(case["id"])
    cents = sum(reply["usage"]["cents"] for reply in said) / len(said)
    blocks = bool(bad) or cents > 0.4
    findings = [{"what": "wrong, too sure, unsteady or dear", "cases": bad, "blocks": True}] if blocks else []
    return {"ship": not blocks, "metrics": {"cents": cents}, "slices": slices, "findings": findings}


def check_judge(judge, labelled):
    grades = judge.grade([{key: row[key] for key in ("ticket", "decision", "reply")} for row in labelled])
    same = sum(grade in row["levels"] for grade, row in zip(grades, labelled)) / len(labelled)
    return {"use": same > 0.7, "agreement": same, "reasons": ["agreement"]}
