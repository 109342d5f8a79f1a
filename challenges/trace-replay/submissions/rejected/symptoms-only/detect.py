"""Looks for the signs of trouble that a person sees first."""

SIGNS = ["sorry", "unfortunately", "apolog", "don't have", "can't look", "went wrong"]


def flag(trace):
    answer = str(trace.get("answer")).lower()
    steps = [s for s in trace.get("steps") or [] if isinstance(s, dict)]
    slow = sum(s.get("ms") or 0 for s in steps) > 5000
    retried = any((s.get("attempts") or 1) > 1 or s.get("status") == "error" or s.get("ok") is False for s in steps)
    sign = next((sign for sign in SIGNS if sign in answer), "")
    if any(s.get("status") == "error" for s in steps):
        return {"bad": True, "cause": "tool_error_swallowed", "why": "a tool failed"}
    if any(s.get("ok") is False for s in steps):
        return {"bad": True, "cause": "schema_repair_loop", "why": "the check failed"}
    if sign or trace.get("feedback") == "down" or slow or retried:
        return {"bad": True, "cause": "ignored_context", "why": f"the customer is not happy: {sign or 'slow, retried or a thumb down'}"}
    return {"bad": False, "cause": "none", "why": ""}
