"""The log of the live tools and the books: what three shops' first agent and its people called, and what came of it.

Nothing is written by hand: the calls are made to `Live`, and the books are its effects.
"""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from typing import Any

from grader_kit import stream

from .live import CHANGED, DOING, Live
from .shop import Shop, shop_for

CASES, SHOPS = 300, 3
FIRST_DAY, DAYS = date(2030, 9, 2), 178
CHANNELS = ("web", "app", "market")
FAULTS = (
    [[]] * 10 + [["silent"]] * 4 + [["timeout_done"]] * 3 + [["timeout_lost"]] * 2 + [["unavailable"]]
    + [["busy:2"], ["busy:3"], ["busy:4"], ["timeout_done", "busy:3"]]
)  # fmt: skip


def written(seed: object) -> dict[str, str]:
    """`data/log.jsonl` and `data/books.csv`; the tools behave alike for every seed."""
    past = Past(stream(seed, "log"), [shop_for(f"log {seed} {number}", "log") for number in range(SHOPS)])
    for number in range(CASES):
        past.case(number)
    past.calls.sort(key=lambda call: (call["at"], call["case"]))
    log = "".join(json.dumps(call, ensure_ascii=False) + "\n" for call in past.calls)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("at", "order_id", "what", "cents"), *sorted(past.books)])
    return {"log.jsonl": log, "books.csv": table.getvalue()}


class Past:
    """Cases that are over, one after the other. `calls` and `books` grow."""

    def __init__(self, rng: random.Random, shops: list[Shop]) -> None:
        self.rng, self.shops = rng, shops
        self.calls: list[dict[str, Any]] = []
        self.books: list[tuple[str, str, str, int]] = []

    def case(self, number: int) -> None:
        rng, shop = self.rng, self.shops[number % SHOPS]
        shop.today = FIRST_DAY + timedelta(days=number * DAYS // CASES)
        self.begin = datetime.combine(shop.today, datetime.min.time()) + timedelta(
            seconds=rng.randrange(28_000, 70_000)
        )
        self.name, self.keys = f"{shop.prefix}{number:04}", 0
        cancels = rng.random() < 0.3
        order = shop.order(shop.customer(), "processing" if cancels else "delivered", channel=rng.choice(CHANNELS))
        order["placed_on"] = placed(rng, shop, order)
        number_, tool = order["order_id"], DOING[cancels]
        faults = [["gone"]] if cancels and rng.random() < 0.2 else [rng.choice(FAULTS)]
        self.backend = Live(tools=shop.tools, orders={number_: order}, faults={self.name: {tool: list(faults[0])}})
        self.books.append((f"{order['placed_on']}T12:00:00", number_, "payment", order["total_cents"]))
        self.read(number_, 0)
        arguments: dict[str, Any] = {"order_id": number_}
        if not cancels:
            arguments |= {"amount_cents": self.sum(order), "reason": "customer's request"}
        self.told(tool, arguments, number_)

    def sum(self, order: dict[str, Any]) -> int:
        """A part, or all that the order seems to hold."""
        shown = self.calls[-1]["content"]["total_cents"]
        return (
            shown
            if self.rng.random() < 0.25
            else self.rng.randrange(order["total_cents"] // 9, order["total_cents"] // 4)
        )

    def told(self, tool: str, arguments: dict[str, Any], order: str) -> None:
        """The change, tried and looked after as people happened to do it."""
        rng, key = self.rng, self.key()
        result = self.call(tool, arguments, 0, key)
        if not result["ok"] and result["error"]["code"] == "timeout" and self.backend.faults[self.name][tool]:
            result = self.call(tool, arguments, 0, key)
        if not result["ok"] and result["error"]["code"] == "rate_limited":
            self.call(tool, arguments, result["error"]["retry_after"], key)
            self.call(tool, arguments, rng.randrange(20, 60), key)
            self.call(tool, arguments, 60 * result["error"]["retry_after"], key)
        elif not result["ok"] and result["error"]["code"] in ("timeout", "unavailable") and rng.random() < 0.5:
            self.call(tool, arguments, rng.choice((0, 0, 5, rng.randrange(100, 290))), key)
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            way = rng.random()
            if way < 0.7:
                self.read(order, rng.choice((rng.randrange(0, 30), rng.randrange(25, 60), rng.randrange(40, 300))))
            elif way < 0.85:
                self.call(tool, arguments, rng.choice((1, 10, rng.randrange(100, 200), rng.randrange(100, 290))), key)
            else:
                self.call(tool, arguments, rng.choice((2, 20, rng.randrange(40, 200))), self.key())
        self.read(order, rng.randrange(60, 300))

    def key(self) -> str:
        self.keys += 1
        return f"{self.name}-{self.keys}-{self.rng.getrandbits(32):08x}"

    def read(self, order: str, wait: int) -> None:
        self.call("get_order", {"order_id": order}, wait, None)

    def call(self, tool: str, arguments: dict[str, Any], wait: int, key: str | None) -> dict[str, Any]:
        """One call, `wait` seconds after the one before; written down, and booked where something was done."""
        count, order = len(self.backend.effects), self.backend.orders[arguments["order_id"]]
        status = order["status"]
        result = self.backend.perform(
            self.name, {"tool": tool, "arguments": arguments, "idempotency_key": key, "wait": wait}
        )
        at = (self.begin + timedelta(seconds=self.backend.clock[self.name])).isoformat()
        known = {"idempotency_key": key} if key else {}
        self.calls.append({"at": at, "case": self.name, "tool": tool, "arguments": arguments, **known, **result})
        if len(self.backend.effects) > count:
            what, cents = ("refund", arguments["amount_cents"]) if tool == "refund" else ("cancelled", 0)
            self.books.append((at, order["order_id"], what, cents))
        elif order["status"] != status:
            self.books.append((at, order["order_id"], "dispatched", 0))
        return result


def placed(rng: random.Random, shop: Shop, order: dict[str, Any]) -> str:
    """A day before the delivery, or before today; about the change of units, many days are close to it."""
    last = date.fromisoformat(order["delivered_on"] or shop.today.isoformat())
    days = rng.choice((rng.randrange(2, 10), rng.randrange(2, 10), rng.randrange(10, 120)))
    near = date.fromisoformat(CHANGED) + timedelta(days=rng.randrange(-3, 3))
    return (near if near < last and rng.random() < 0.2 else last - timedelta(days=days)).isoformat()
