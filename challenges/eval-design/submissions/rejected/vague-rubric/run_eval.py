"""Counts what is right, for all cases and for each tag, and what the errors cost."""

import json
import os

from system import Judge, System, Unreachable

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.jsonl"), encoding="utf-8") as file:
    CASES = [json.loads(line) for line in file]


def ok(case, reply):
    gold = case["gold"]
    if gold["action"] == "refund":
        return reply["action"] == "refund" and abs(reply["amount"] - gold["amount"]) < 0.01
    return reply["action"] == gold["action"]


def cost(case, reply):
    if ok(case, reply):
        return 0
    if case["gold"]["reason"] == "safety":
        return 50
    if reply["action"] == "refund":
        return 20 if reply["amount"] > case["gold"]["amount"] else 5
    return 5 if reply["action"] == "refuse" else 1


def evaluate(system):
    try:
        replies = system.ask([case["ticket"] for case in CASES])
    except Unreachable:
        return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "down", "cases": [], "blocks": True}]}
    findings = []

    def block(what, cases):
        findings.append({"what": what, "cases": [case["id"] for case in cases], "blocks": True})

    wrong = [case for case, reply in zip(CASES, replies) if not ok(case, reply)]
    if len(wrong) > 0.1 * len(CASES):
        block("less than 90 % right", wrong)
    slices = {}
    for tag in sorted({tag for case in CASES for tag in case["tags"]}):
        part = [case for case in CASES if tag in case["tags"]]
        bad = [case for case in part if case in wrong]
        slices[tag] = {"n": len(part), "right": len(part) - len(bad)}
        if len(bad) >= 2 and len(bad) > 0.2 * len(part):
            block(f"{tag} is weak", bad)
    costs = [cost(case, reply) for case, reply in zip(CASES, replies)]
    if sum(costs) > 0.5 * len(CASES):
        block("errors cost too much", [case for case, c in zip(CASES, costs) if c >= 20])
    cents = sum(reply["usage"]["cents"] for reply in replies) / len(CASES)
    if cents > 0.4:
        block("too expensive", [])
    return {"ship": not findings, "metrics": {"right": 1 - len(wrong) / len(CASES), "cents": cents}, "slices": slices, "findings": findings}


def check_judge(judge, labelled):
    items = [{k: row[k] for k in ("ticket", "decision", "reply")} for row in labelled]
    long = [{**item, "reply": item["reply"] + " Thank you again for being our customer, it means a lot to all of us here." * 7} for item in items]
    try:
        grades, longer = judge.grade(items), judge.grade(long)
    except Unreachable:
        return {"use": False, "agreement": 0, "reasons": ["down"]}
    agreement = sum(grade in row["levels"] for grade, row in zip(grades, labelled)) / len(labelled)
    reasons = []
    if agreement < 0.8:
        reasons.append("does not agree with people")
    if sum(a != b for a, b in zip(grades, longer)) > 6:
        reasons.append("length")
    return {"use": not reasons, "agreement": agreement, "reasons": reasons}
