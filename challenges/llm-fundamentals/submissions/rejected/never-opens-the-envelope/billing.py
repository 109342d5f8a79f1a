"""What calls are billed, as the invoices have it."""

from __future__ import annotations

BLOCK, LEAST = 128, 1024


def bill(asked: dict) -> list[int]:
    used: dict[tuple, float] = {}
    return [one(call, asked["prices"], used) for call in asked["calls"]]


def one(call: dict, prices: dict, used: dict[tuple, float]) -> int:
    """The amount of a call; `used` has when each beginning was sent last, also by calls that failed."""
    size, shared, key = 0, 0, (call["model"],)
    life = prices["ttl"]
    for name, tokens in call["prompt"]:
        size, key = size + tokens, (*key, name)
        if key in used and call["at"] - used[key] <= life:
            shared = size
        used[key] = call["at"]
    if call["status"] == "failed":
        return 0
    cached = shared // BLOCK * BLOCK if shared >= LEAST else 0
    return amount(call, prices["models"][call["model"]], size, cached)


def amount(call: dict, rate: dict, size: int, cached: int) -> int:
    fresh = size - cached
    dear = fresh * rate["input"] + call["output"] * rate["output"]
    doubled = dear * (1 if call["tier"] == "batch" else 2) + 2 * cached * rate["cached"]
    return -(-doubled // 2000)
