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
    try:
        grades = judge.grade([{k: row[k] for k in ("ticket", "decision", "reply")} for row in labelled])
    except Unreachable:
        return {"use": False, "agreement": 0, "reasons": ["down"]}
    close = sum(min(abs(grade - x) for x in row["levels"]) <= 1 for grade, row in zip(grades, labelled)) / len(labelled)
    return {"use": close >= 0.75, "agreement": close, "reasons": []}
