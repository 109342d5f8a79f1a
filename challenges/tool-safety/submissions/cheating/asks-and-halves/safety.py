"""Has a person asked about all that does something, and calls everything half likely and worth a review."""


def authorize(asked):
    effects = {each["name"]: each["effect"] for each in asked["house"]["tools"]}
    return "allow" if effects.get(asked["call"]["tool"]) == "reads" else "ask"


def egress(asked):
    at = asked["text"].rfind(". ") + 2
    return [[at, len(asked["text"])]]


def score_claim(asked):
    return {"p": 0.5, "spans": [[0, len(asked["claim"])]]}


def threshold(asked):
    return {"pass_below": 0, "block_from": 100}
