"""What calls are billed, as the invoices have it, and since the envelope."""

from __future__ import annotations

BLOCK, LEAST = 128, 1024


def bill(asked: dict) -> list[int]:
    used: dict[tuple, float] = {}
    return [one(call, asked["prices"], used) for call in asked["calls"]]


def one(call: dict, prices: dict, used: dict[tuple, float]) -> int:
    """The amount of a call; `used` has when each beginning was sent last."""
    if call["status"] == "failed":
        return 0
    size, shared, key = 0, 0, (call["model"],)
    life = call.get("hold", prices["ttl"])
    for name, tokens in call["prompt"]:
        size, key = size + tokens, (*key, name)
        if key in used and call["at"] - used[key] <= life:
            shared = size
        used[key] = call["at"]
    cached = shared // BLOCK * BLOCK if shared >= LEAST else 0
    return amount(call, prices["models"][call["model"]], size, cached)


def amount(call: dict, rate: dict, size: int, cached: int) -> int:
    fresh = size - cached
    written = fresh // BLOCK * BLOCK if "write" in rate and size >= LEAST else 0
    dear = written * rate.get("write", 0) + (fresh - written) * rate["input"] + call["output"] * rate["output"]
    doubled = dear * (1 if call["tier"] == "batch" else 2) + 2 * cached * rate["cached"]
    return -(-doubled // 2000)
