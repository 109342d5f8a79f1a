"""Is what the answer says grounded in the prompt? That is what everybody measures."""

import re

from reading import figures


def flag(trace):
    try:
        prompt = next(s["text"] for s in trace["steps"] if s["step"] == "prompt")
        made_up = [value for value in figures(trace["answer"]) if value not in figures(prompt)]
        made_up += [day for day in re.findall(r"\d{4}-\d\d-\d\d", trace["answer"]) if day not in prompt]
    except (KeyError, TypeError, StopIteration, AttributeError):
        made_up = []
    if made_up:
        return {"bad": True, "cause": "ignored_context", "why": f"{made_up[0]} is not in the prompt"}
    return {"bad": False, "cause": "none", "why": "grounded"}
