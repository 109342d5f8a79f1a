"""Flags answers whose sum of money stands in no passage."""

import re


def flag(trace):
    steps = {s.get("step"): s for s in trace.get("steps") or [] if isinstance(s, dict)}
    prompt = str((steps.get("prompt") or {}).get("text"))
    if "prompt" in steps:
        for figure in re.findall(r"EUR \d+\.\d\d", str(trace.get("answer"))):
            if figure not in prompt:
                return {"bad": True, "cause": "ignored_context", "why": f"{figure} is not in the prompt"}
    return {"bad": False, "cause": "none", "why": "the figures stand in the prompt"}
