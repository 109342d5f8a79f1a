"""Better one false alarm too many: whatever is not quite in order is flagged."""

from reading import addressed_to_a_model

RULES = ["if they do not hold the answer", "square brackets", "Write money as EUR", "Refunds above EUR 200 are"]


def flag(trace):
    try:
        cause, why = oddity(trace)
    except (KeyError, TypeError, AttributeError, IndexError):
        cause, why = "ignored_context", "the trace is broken"
    return {"bad": cause != "none", "cause": cause, "why": why[:200]}


def oddity(trace):
    day = trace["at"][:10]
    for step in trace["steps"]:
        if step["step"] == "cache" and step["hit"]:
            return "cache_mixup", f"from the cache, entry {step['entry']['key']}"
        if step["step"] == "search":
            ids = {p["id"] for p in step["passages"]}
            for p in step["passages"]:
                if p["shop"] != trace["shop"]:
                    return "wrong_tenant", f"{p['id']} was found"
                late = any(d["replaces"] == p["id"] for d in trace["audit"]["documents"])
                if late or p["valid_from"] > day or (p["valid_until"] or "9999") < day:
                    return "stale_document", f"{p['id']} was found"
                if addressed_to_a_model(p["text"]):
                    return "injection_followed", f"{p['id']} has an order"
            if not ids & {d["id"] for d in trace["audit"]["documents"]}:
                return "retrieval_miss", f"{[d['id'] for d in trace['audit']['documents']]} not found"
        if step["step"] == "tool" and (step["status"] != "ok" or "error" in step["result"]):
            return "tool_error_swallowed", f"{step['name']} failed"
        if step["step"] == "prompt":
            search = [s for s in trace["steps"] if s["step"] == "search"]
            if search and any(p["text"] not in step["text"] for p in search[0]["passages"]):
                return "truncated_context", f"{[p['id'] for p in search[0]['passages'] if p['text'] not in step['text']]}"
            if not all(rule in step["text"] for rule in RULES):
                return "prompt_regression", step["version"]
        if step["step"] == "check" and not step["ok"]:
            return "schema_repair_loop", step["problem"]
    return "none", "nothing odd"
