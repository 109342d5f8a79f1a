"""Sends texts that are as long as a reply may be."""


def flag(trace):
    return {"bad": True, "cause": "ignored_context", "why": "D-1000 " * 100_000}
