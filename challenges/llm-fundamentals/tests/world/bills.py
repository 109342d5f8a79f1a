"""What calls are billed: the invoices that come. `doc` names rules that are taken as the price sheet has them."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import random
from collections.abc import Collection
from typing import Any

RULES = ("blocks", "least", "refresh", "rounded", "batch", "failed")
"""blocks: cached tokens in whole blocks of 128; least: nothing below 1,024; refresh: the time counts from the last use;
rounded: up, call by call; batch: halves all but what was cached; failed: a failed call writes the cache, a stopped one is paid."""
BLOCK, LEAST = 128, 1024


def bill(calls: list[dict[str, Any]], prices: dict[str, Any], doc: Collection[str] = ()) -> list[float]:
    """Micro-dollars for each call, in the order of the calls."""
    held: dict[tuple[str, tuple[str, ...]], float] = {}
    return [one(call, prices, held, doc) for call in calls]


def one(call: dict[str, Any], prices: dict[str, Any], held: dict[Any, float], doc: Collection[str]) -> float:
    parts = call["prompt"]
    keys = [(call["model"], tuple(name for name, _ in parts[: at + 1])) for at in range(len(parts))]
    sizes = [sum(tokens for _, tokens in parts[: at + 1]) for at in range(len(parts))]
    life = call.get("hold") or prices["ttl"]
    alive = [at for at, key in enumerate(keys) if key in held and call["at"] - held[key] <= life]
    shared = sizes[max(alive)] if alive else 0
    if "least" not in doc and shared < LEAST:
        shared = 0
    cached = shared if "blocks" in doc else shared // BLOCK * BLOCK
    failed = call["status"] == "failed"
    if not (failed and "failed" in doc):
        for at, key in enumerate(keys):
            hit = shared > 0 and sizes[at] <= shared
            if "refresh" not in doc or not (hit and key in held):
                held[key] = call["at"]
    if failed or (call["status"] == "stopped" and "failed" in doc):
        return 0
    rate = prices["models"][call["model"]]
    fresh, output = sizes[-1] - cached, call["output"]
    dear = fresh * rate["input"] + output * rate["output"]
    if "write" in rate:
        dear += (fresh // BLOCK * BLOCK if sizes[-1] >= LEAST else 0) * (rate["write"] - rate["input"])
    saved = cached * rate["cached"]
    if call["tier"] == "batch":
        dear, saved = dear / 2, saved / 2 if "batch" in doc else saved
    amount = (dear + saved) / 1000
    return amount if "rounded" in doc else float(-(-round(dear * 2 + saved * 2) // 2000))


def prices(rng: random.Random) -> dict[str, Any]:
    """Micro-dollars for 1,000 tokens, and how long what was sent is held."""
    models = {}
    for name in rng.sample(("ash", "elm", "fir", "oak", "yew"), 2):
        cheap = rng.randrange(300, 1500, 20)
        models[name] = {
            "input": cheap,
            "cached": cheap // rng.choice((4, 5, 10)),
            "output": cheap * rng.choice((3, 4, 5)),
        }
    return {"ttl": rng.choice((240, 300, 600)), "models": models}


def day(rng: random.Random, price: dict[str, Any], count: int = 40, envelope: bool = False) -> list[dict[str, Any]]:
    """The calls of a day: a few conversations that share beginnings, with pauses about as long as the cache holds."""
    names = iter(f"{rng.getrandbits(24):06x}" for _ in range(4000))
    systems = [[next(names), rng.randint(200, 1900)] for _ in range(3)]
    documents = [[next(names), rng.randint(100, 900)] for _ in range(4)]
    talks = [[rng.choice(systems), rng.choice(documents)] for _ in range(5)]
    made, at = [], 0
    for _ in range(count):
        at += rng.choice((5, 20, 60, 60, 100, 130, price["ttl"] // 2, price["ttl"] - 20, price["ttl"] + 5))
        talk = rng.choice(talks)
        talk.append([next(names), rng.randint(5, 400)])
        if rng.random() < 0.1:
            del talk[2:-1]
        call = {
            "at": at, "model": rng.choice((*price["models"], min(price["models"]))), "tier": rng.choice(("now", "now", "now", "batch")),
            "status": rng.choice(("ok",) * 8 + ("failed", "stopped")), "prompt": [list(each) for each in talk], "output": rng.randint(5, 600),
        }  # fmt: skip
        made.append(call | ({"hold": price["ttl"] * rng.choice((2, 4))} if envelope and rng.random() < 0.3 else {}))
    return made


def changed(rng: random.Random, price: dict[str, Any]) -> dict[str, Any]:
    """Prices as of the second envelope: what is kept costs something to write."""
    models = {
        name: rate | {"write": rate["input"] * rng.choice((5, 6, 8)) // 4} for name, rate in price["models"].items()
    }
    return price | {"models": models}


def telling(calls: list[dict[str, Any]], price: dict[str, Any], rule: str) -> list[int]:
    """Places of the calls whose amount this one rule changes."""
    right, other = bill(calls, price), bill(calls, price, {rule})
    return [at for at, (one, two) in enumerate(zip(right, other, strict=True)) if abs(one - two) > 1e-9]
