"""Goes by which steps, statuses, dates and ids there are; no figure, sentence or rule is read but the id that is cited."""

import re

ASKED = ("about", "product", "matter", "count", "reference")
FIT = {False: "stale_document", True: "wrong_tenant"}


def in_force(documents, day):
    dated = [d for d in documents if d["valid_from"] <= day <= (d["valid_until"] or "9999")]
    return [d for d in dated if d["id"] not in {other["replaces"] for other in dated}]


def guess(trace):
    steps, audit = trace["steps"], trace["audit"]
    of = lambda kind: [step for step in steps if step["step"] == kind]
    cache = of("cache")[0]
    if cache["hit"]:
        entry = cache["entry"]
        same = entry["shop"] == trace["shop"] and entry["plan"] == trace["user"]["plan"]
        same = same and all(entry.get(key) == audit.get(key) for key in ASKED)
        same = same and (audit["about"] == "document" or entry["user"] == trace["user"]["id"])
        return ("none", "") if same else ("cache_mixup", entry["key"])
    for tool in of("tool")[-1:]:
        result = tool["result"] or {}
        if tool["status"] != "ok" or result.get("error") or result.get("partial"):
            return "tool_error_swallowed", tool["name"]
    checks = of("check")
    if len(checks) > 1 or not checks[-1]["ok"]:
        return "schema_repair_loop", checks[0]["problem"]
    if audit["about"] != "document":
        return "none", ""
    right = in_force(audit["documents"], trace["at"][:10])
    if not right:
        return "none", ""
    name = right[0]["id"]
    passages = {p["id"]: p for step in of("search") for p in step["passages"]}
    shown = set(re.findall(r"^\[(D-\d+)\]", of("prompt")[0]["text"], re.MULTILINE))
    cited = passages.get(next(iter(re.findall(r"\[(D-\d+)\]", trace["answer"])), ""))
    if cited and cited["id"] != name and (cited["product"], cited["matter"]) == (audit["product"], audit["matter"]):
        return FIT[cited["shop"] != trace["shop"]], cited["id"]
    if name not in passages:
        return "retrieval_miss", name
    if name not in shown:
        return "truncated_context", name
    return ("mixed_entities", name) if cited and cited["id"] != name else ("none", "")


def flag(trace):
    try:
        cause, why = guess(trace)
    except (KeyError, TypeError, AttributeError, IndexError):
        cause, why = "none", ""
    return {"bad": cause != "none", "cause": cause, "why": why}
