"""What calls cost by the price sheet."""

from __future__ import annotations


def bill(asked: dict) -> list[float]:
    sent: dict[tuple, float] = {}
    return [one(call, asked["prices"], sent) for call in asked["calls"]]


def one(call: dict, prices: dict, sent: dict[tuple, float]) -> float:
    if call["status"] != "ok":
        return 0.0
    size, shared, key = 0, 0, (call["model"],)
    for name, tokens in call["prompt"]:
        size, key = size + tokens, (*key, name)
        if key in sent and call["at"] - sent[key] <= prices["ttl"]:
            shared = size
        else:
            sent[key] = call["at"]
    rate = prices["models"][call["model"]]
    amount = (shared * rate["cached"] + (size - shared) * rate["input"] + call["output"] * rate["output"]) / 1000
    return amount / 2 if call["tier"] == "batch" else amount
