"""The same reply to everything."""


def authorize(asked):
    return "allow"


def egress(asked):
    return []


def score_claim(asked):
    return {"p": 0.5, "spans": []}


def threshold(asked):
    return {"pass_below": 50, "block_from": 50}
