"""Support agent."""


def step(turn):
    arguments = {"reason": "person", "summary": "please look at it"}
    action = {"type": "tool", "tool": "escalate", "arguments": arguments, "idempotency_key": turn["case"]["id"] + "-e"}
    return {"state": None, "action": action}
