"""Contexts under a budget: what is worth sending, with rules that contradict each other and a cache that likes what was sent before."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from grader_kit import untaken

UNIT = 10
"""Tokens of items and budgets are multiples of it."""
CLEAR = 20.0
"""By how much the best choice is worth more than the naive one, at least."""
Ask = dict[str, Any]


def worth(ask: Ask, chosen: Iterable[str]) -> float | None:
    """What a choice is worth; None where it does not fit. Items are sent in the order of the request."""
    wanted = set(chosen)
    sent = [item for item in ask["items"] if item["id"] in wanted]
    tokens = sum(item["tokens"] for item in sent)
    if len(sent) != len(wanted) or tokens > room(ask, sent):
        return None
    total = sum(item["worth"] for item in sent if item["needs"] is None or item["needs"] in wanted)
    same = 0
    for item, before in zip(sent, ask["cached"], strict=False):
        if item["id"] != before:
            break
        same += item["tokens"]
    total -= same * ask["cached_price"] + (tokens - same) * ask["price"]
    for item in ask["items"]:
        if item["id"] not in wanted and item["keep"]:
            total -= ask["breach"]["keep"]
        if item["id"] in wanted and item["forget"]:
            total -= ask["breach"]["forget"]
    return total


def room(ask: Ask, sent: list[Any]) -> int:
    """Tokens that the items may take: since the second envelope each tool's result sent keeps some free for the next call."""
    free = ask.get("reserve") or {}
    return ask["budget"] - free.get("reply", 0) - free.get("tool", 0) * sum(item["kind"] == "tool" for item in sent)


def best(ask: Ask) -> list[str]:
    """The choice that is worth most: for each length of the kept beginning, a knapsack over heads with what needs them."""
    found = max(
        (choice for cut in range(len(ask["cached"]) + 1) if (choice := fixed(ask, cut)) is not None),
        key=lambda one: one[0],
    )
    return found[1]


def fixed(ask: Ask, cut: int) -> tuple[float, list[str]] | None:
    """The best choice that begins with the first `cut` of what was sent last."""
    start = ask["cached"][:cut]
    items, free = ask["items"], ask.get("reserve") or {}
    places = {item["id"]: at for at, item in enumerate(items)}
    if any(each not in places for each in start):
        return None
    last = places[start[-1]] if start else -1
    open_, base = [], 0.0
    room_ = (ask["budget"] - free.get("reply", 0)) // UNIT
    cost = {
        item["id"]: (item["tokens"] + (free.get("tool", 0) if item["kind"] == "tool" else 0)) // UNIT for item in items
    }
    inside = set(start)
    for at, item in enumerate(items):
        if item["id"] in inside:
            base += value(ask, item, True, item["needs"] is None or item["needs"] in inside, ask["cached_price"])
            room_ -= cost[item["id"]]
        elif at < last:
            base += value(ask, item, False, False, 0)
        else:
            open_.append(item)
    if room_ < 0:
        return None
    state: dict[int, tuple[float, tuple[str, ...]]] = {room_: (base, ())}
    heads = [item for item in open_ if item["needs"] is None or item["needs"] not in {each["id"] for each in open_}]
    for head in heads:
        rest = [item for item in open_ if item["needs"] == head["id"]]
        ready = head["needs"] is None or head["needs"] in inside
        without = step(ask, state, [(head, False, ready), *((item, None, False) for item in rest)], cost)
        taken = step(ask, state, [(head, True, ready), *((item, None, True) for item in rest)], cost)
        state = {at: max(each for each in (without.get(at), taken.get(at)) if each) for at in {*without, *taken}}
    total, chosen = max(state.values())
    return total, [*start, *chosen]


def step(
    ask: Ask, state: Any, plan: list[tuple[Any, bool | None, bool]], cost: dict[str, int]
) -> dict[int, tuple[float, tuple[str, ...]]]:
    for item, wanted, ready in plan:
        out, into = value(ask, item, False, ready, 0), value(ask, item, True, ready, ask["price"])
        new: dict[int, tuple[float, tuple[str, ...]]] = {}
        for left, (total, chosen) in state.items():
            options = [(left, total + out, chosen)] if wanted is not True else []
            if wanted is not False and left >= cost[item["id"]]:
                options.append((left - cost[item["id"]], total + into, (*chosen, item["id"])))
            for at, sum_, names in options:
                if at not in new or new[at][0] < sum_:
                    new[at] = (sum_, names)
        state = new
    return state


def value(ask: Ask, item: Any, sent: bool, ready: bool, price: float) -> float:
    if not sent:
        return -ask["breach"]["keep"] if item["keep"] else 0.0
    return (
        (item["worth"] if ready else 0.0)
        - item["tokens"] * price
        - (ask["breach"]["forget"] if item["forget"] else 0.0)
    )


def newest(ask: Ask) -> list[str]:
    """What everybody does first: the system's items, then from the end backwards as long as there is room."""
    chosen: list[Any] = []
    for item in [
        *(i for i in ask["items"] if i["kind"] == "system"),
        *(i for i in reversed(ask["items"]) if i["kind"] != "system"),
    ]:
        if sum(each["tokens"] for each in chosen) + item["tokens"] <= room(ask, [*chosen, item]):
            chosen.append(item)
    return [item["id"] for item in ask["items"] if item in chosen]


def request(rng: random.Random, change: bool = False) -> Ask:
    count = rng.randint(16, 22)
    items: list[dict[str, Any]] = []
    for at in range(count):
        kind = "system" if at == 0 else rng.choice(("user", "assistant", "call", "tool", "tool", "note"))
        earlier = [item["id"] for item in items if item["kind"] == "call"]
        item = {
            "id": f"{rng.getrandbits(20):05x}", "kind": kind, "tokens": UNIT * rng.randint(3, 60), "worth": round(rng.expovariate(1 / 40), 1),
            "needs": rng.choice(earlier) if kind == "tool" and earlier else None,
            "keep": rng.random() < 0.2, "forget": rng.random() < 0.2,
        }  # fmt: skip
        if kind == "tool":
            item["worth"] = round(2.5 * item["worth"] + 20, 1)
        if kind == "call":
            item["worth"] = round(item["worth"] / 20, 1)
        items.append(item)
    sent = [item["id"] for item in items[: rng.randint(6, 12)] if rng.random() < 0.8]
    price = rng.choice((0.03, 0.05, 0.08))
    made = {
        "items": items, "cached": sent, "budget": UNIT * rng.randint(120, 280), "price": price, "cached_price": round(price / 10, 4),
        "breach": {"keep": rng.choice((10, 30, 60)), "forget": rng.choice((10, 30, 60))},
    }  # fmt: skip
    return made | (
        {"reserve": {"reply": UNIT * rng.randint(10, 30), "tool": UNIT * rng.randint(5, 15)}} if change else {}
    )


def clear(rng: random.Random, change: bool = False) -> Ask:
    """A request in which the best choice is worth more than the naive one."""

    def gained(made: Ask) -> float:
        return (worth(made, best(made)) or 0.0) - (worth(made, newest(made)) or 0.0)

    return untaken(lambda: request(rng, change), lambda made: gained(made) < CLEAR)


def full(rng: random.Random) -> Ask:
    """A request whose budget is filled, to the last token, by what was sent last: each of these items is worth sending only
    since it was, and of the others one alone is worth its tokens, but less than what would have to make room for it."""
    size, price = UNIT * rng.randint(20, 40), rng.choice((0.03, 0.05, 0.08))
    many, more = rng.randint(4, 7), rng.randint(8, 12)

    def item(at: int, share: float) -> dict[str, Any]:
        kind = "system" if at == 0 else rng.choice(("user", "assistant", "note"))
        return {"id": f"{rng.getrandbits(20):05x}", "kind": kind, "tokens": size, "worth": round(share * size * price, 1),
                "needs": None, "keep": False, "forget": False}  # fmt: skip

    bait = many + rng.randrange(more)
    items = [
        item(at, rng.uniform(0.6, 0.8) if at < many else 1.2 if at == bait else rng.uniform(0.3, 0.7))
        for at in range(many + more)
    ]
    return {
        "items": items, "cached": [each["id"] for each in items[:many]], "budget": many * size, "price": price,
        "cached_price": round(price / 10, 4), "breach": {"keep": 30, "forget": 30},
    }  # fmt: skip
