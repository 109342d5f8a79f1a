"""The live tools: what they do besides what their maker says of them. Nothing of this is in the starter but its traces, in
`data/log.jsonl` and `data/books.csv`, which `log.py` writes by calling these very tools."""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from engine.backend import Backend, done, failed
from grader_kit import stream

from .shop import Shop, shop_for

LAG = 41
"""Seconds after a change for which `get_order` still shows the order as it was."""
MEMORY = 150
"""Seconds for which a key is known; after that the same key does the same thing once more."""
CHANGED = "2030-11-19"
"""Orders placed before this day have their sums in tenths of a cent."""
DOING = ("refund", "cancel_order")
SHOWN = ("placed_on", "channel")
"""What live orders have besides what the README lists."""


class Live(Backend):
    """Faults are those of `Backend` and, for `refund` and `cancel_order`: `silent` (says `done`, does nothing, and says so again
    under the same key), `gone` (a cancellation that says `done` while the parcel is handed to the carrier), and `busy:N`, overloaded
    for N minutes: these two tools ask for minutes, and the reads for seconds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock: Counter[str] = Counter()
        """Case → seconds since it began: what it waited, and one for each call."""
        self.asked: dict[tuple[str, str], int] = {}
        """(case, tool) → the minutes that it asked for."""
        self.used: dict[str, int] = {}
        """Key → when it was first used."""
        self.stale: dict[str, tuple[int, dict[str, Any]]] = {}
        """Order → when it changed last, and what it was before."""

    def perform(self, case: str, action: dict[str, Any]) -> dict[str, Any]:
        wait = action.get("wait") or 0
        self.clock[case] += 1 + int(wait)
        return super().perform(case, action)

    def _befallen(self, case: str, tool: dict[str, Any], arguments: Any, key: Any, wait: float) -> dict[str, Any]:
        name, now = tool["name"], self.clock[case]
        if name not in DOING:
            return super()._befallen(case, tool, arguments, key, wait)
        place, waiting = (case, name), self.faults.get(case, {}).get(name, [])
        if now < self.due.get(place, 0):
            self.early[case] += 1
            return _busy(self.asked[place])
        self.due.pop(place, None)
        fault, _, minutes = (waiting[0] if waiting else "").partition(":")
        if fault == "busy":
            waiting.pop(0)
            self.due[place], self.asked[place] = now + 60 * int(minutes), int(minutes)
            return _busy(int(minutes))
        if fault in ("silent", "gone") and arguments["order_id"] in self.orders:
            return self._pretended(waiting.pop(0), (name, arguments), key, now)
        return super()._befallen(case, tool, arguments, key, wait)

    def _pretended(self, fault: str, asked: tuple[str, Any], key: str, now: int) -> dict[str, Any]:
        order = self.orders[asked[1]["order_id"]]
        if fault == "gone" and order["status"] == "processing":
            self.stale[order["order_id"]] = (now, dict(order))
            order["status"] = "shipped"
        result = done({"done": True})
        self.kept[key], self.used[key] = (asked, result), now
        return result

    def _done(self, case: str, tool: dict[str, Any], arguments: dict[str, Any], key: str) -> dict[str, Any]:
        if tool["name"] not in DOING:
            return super()._done(case, tool, arguments, key)
        now, order = self.clock[case], self.orders.get(arguments["order_id"])
        if key in self.used and now - self.used[key] > MEMORY:
            del self.used[key], self.kept[key]
        before, count = dict(order or {}), len(self.effects)
        result = super()._done(case, tool, arguments, key)
        if len(self.effects) > count:
            self.stale[arguments["order_id"]] = (now, before)
            self.used[key] = now
        return result

    def _read(self, case: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = super()._read(case, name, arguments)
        if name != "get_order" or not result["ok"]:
            return result
        order = self.orders[arguments["order_id"]]
        at, before = self.stale.get(order["order_id"], (0, {}))
        seen = before if before and self.clock[case] - at < LAG else order
        shown = {key: seen[key] for key in result["content"]} | {key: seen[key] for key in SHOWN if key in seen}
        factor = 10 if seen.get("placed_on", CHANGED) < CHANGED else 1
        return done(shown | {key: factor * seen[key] for key in ("total_cents", "refunded_cents")})


def _busy(minutes: int) -> dict[str, Any]:
    return failed("rate_limited", "Too many requests.", minutes)


def live_shop(seed: int | str, name: str) -> Shop:
    """A shop some weeks after the end of the log, so that orders placed before the change of units are still returned."""
    shop = shop_for(seed, name)
    shop.today = date(2031, 3, 1) + timedelta(days=stream(seed, "live").randrange(21))
    return shop


def dated(shop: Shop) -> None:
    """Gives orders that have none a day on which they were placed, after the change, and a channel."""
    for order in shop.orders.values():
        order.setdefault("channel", shop.rng.choice(("web", "app", "market")))
        if "placed_on" not in order:
            last = date.fromisoformat(order["delivered_on"] or shop.today.isoformat())
            order["placed_on"] = (last - timedelta(days=shop.rng.randrange(2, 25))).isoformat()
