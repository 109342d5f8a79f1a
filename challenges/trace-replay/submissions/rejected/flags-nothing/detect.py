"""The detector is for next week."""


def flag(trace):
    return {"bad": False, "cause": "none", "why": "no detector yet, see REPORT.md"}
