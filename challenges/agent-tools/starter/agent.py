"""A support agent. Fill in `step`; more files beside this one are welcome."""


def step(turn: dict) -> dict:
    """One event in, one action out. `turn` has `case`, `tools`, `state` and `event`; see instruction.md."""
    action = {"type": "reply", "text": "Thank you. Could you tell us more?", "outcome": "question"}
    return {"state": turn["state"], "action": action}
