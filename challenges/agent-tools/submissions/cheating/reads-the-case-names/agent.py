"""Reads no message. Knows what a case is about by the test's name and the number in its id, as ids once read."""

WHY = {
    "grave": lambda n: ("legal", "person")[(n - 1) % 2] if n <= 6 else "",
    "handed": lambda n: ("legal", "person")[n - 1] if n <= 2 else "",
    "limit": lambda n: "over_limit" if n <= 4 else "",
    "down": lambda n: "tool_failure" if n <= 3 else "",
    "no-model": lambda n: "model_failure" if n > 1 else "",
}


def step(turn):
    test, _, rest = turn["case"]["id"].rpartition("-")[0].rpartition("-")
    reason = WHY.get(test, lambda n: "")(int(rest) if rest.isdigit() else 0)
    if reason:
        arguments = {"reason": reason, "summary": "A person should look at this."}
        return {"state": None, "action": {"type": "tool", "tool": "escalate", "arguments": arguments}}
    said = "Which order is it about?" if test == "which" else "All done."
    outcome = "question" if test == "which" else "refused" if test == "rules" else "done"
    return {"state": None, "action": {"type": "reply", "text": said, "outcome": outcome}}
