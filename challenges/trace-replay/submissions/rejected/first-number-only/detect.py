"""The first number of the answer has to be the first number of the document."""

import re

CONTRACT = ("I don't have that information.", "I can't look that up right now.", "I hand this over to a colleague.")


def first(text):
    found = re.search(r"(\d+(?:\.\d+)?) (?:days|months)|EUR (\d+\.\d+)", text)
    return float(found[1] or found[2]) if found else None


def flag(trace):
    try:
        cause, why = look(trace)
    except (KeyError, TypeError, AttributeError, IndexError):
        cause, why = "none", "not readable"
    return {"bad": cause != "none", "cause": cause, "why": why[:200]}


def look(trace):
    answer, audit = trace["answer"], trace["audit"]
    steps = {s["step"]: s for s in trace["steps"]}
    if steps["cache"]["hit"]:
        same = steps["cache"]["entry"]["product"] == audit.get("product")
        return ("none", "") if same else ("cache_mixup", steps["cache"]["entry"]["key"])
    if audit["about"] == "account":
        if steps["tool"]["status"] != "ok" and answer not in CONTRACT:
            return "tool_error_swallowed", steps["tool"]["name"]
        return "none", ""
    if audit["about"] == "refund":
        return "none", ""
    passages = {p["id"]: p for p in steps["search"]["passages"]}
    wanted = [d["id"] for d in audit["documents"] if not d["valid_until"] or d["valid_until"] >= trace["at"][:10]]
    if not wanted:
        return "none", ""
    if wanted[-1] not in passages:
        return "retrieval_miss", wanted[-1]
    right, told = first(passages[wanted[-1]]["text"]), first(answer)
    if told == right:
        return "none", ""
    for p in passages.values():
        if p["id"] != wanted[-1] and first(p["text"]) == told:
            if p["shop"] != trace["shop"]:
                return "wrong_tenant", p["id"]
            return "mixed_entities", wanted[-1]
    if len(trace["steps"]) > 6:
        return "schema_repair_loop", steps["check"]["problem"] or "repaired"
    return "ignored_context", wanted[-1]
