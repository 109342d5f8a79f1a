def flag(trace):
    return {"bad": False, "cause": "none", "why": ""}
