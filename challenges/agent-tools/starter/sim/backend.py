"""What stands behind the tools: orders, money, mail. It alone does things, and it alone counts what was done."""

from __future__ import annotations

import copy
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KEY_LENGTHS = range(8, 101)
FAULTS = ("timeout_done", "timeout_lost", "unavailable", "rate_limited", "conflict")
RETRY_AFTER = 7
_KINDS = {"string": str, "integer": int, "object": dict}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that happened in the world because an agent asked for it."""

    case: str
    tool: str
    arguments: dict[str, Any]


@dataclass
class Backend:
    """The tools of one shop. `faults`: case → tool → what befalls its next attempts, in order."""

    tools: list[dict[str, Any]]
    orders: dict[str, dict[str, Any]]
    faults: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    """Case → actions that no tool could take: unknown tools, wrong arguments, a missing key."""
    early: Counter[str] = field(default_factory=Counter)
    """Case → attempts that came before the time that a refusal asked for."""

    looked_up: set[tuple[str, str]] = field(default_factory=set)
    """(case, order) that were read."""

    def __post_init__(self) -> None:
        self.orders = copy.deepcopy(self.orders)
        self.faults = {case: {tool: list(kinds) for tool, kinds in of.items()} for case, of in self.faults.items()}
        self.known = {tool["name"]: tool for tool in self.tools}
        self.due: dict[tuple[str, str], float] = {}
        self.kept: dict[str, tuple[Any, dict[str, Any]]] = {}

    def perform(self, case: str, action: dict[str, Any]) -> dict[str, Any]:
        """Carries one action out, or says why not: `{"ok": true, "content": …}` or `{"ok": false, "error": …}`."""
        name, arguments = action.get("tool"), action.get("arguments")
        tool = self.known.get(name) if isinstance(name, str) else None
        if tool is None:
            return self._unusable(case, "unknown_tool", "There is no tool of that name.")
        problem = mismatch(tool["parameters"], arguments)
        if problem:
            return self._unusable(case, "invalid_arguments", problem)
        key = action.get("idempotency_key")
        if tool["access"] != "read" and not (isinstance(key, str) and len(key) in KEY_LENGTHS):
            return self._unusable(case, "key_required", "This tool needs an idempotency_key of 8 to 100 characters.")
        self.attempts[case, tool["name"]] += 1
        return self._befallen(case, tool, arguments, key, action.get("wait") or 0)

    def _unusable(self, case: str, code: str, message: str) -> dict[str, Any]:
        self.invalid[case] += 1
        return failed(code, message)

    def _befallen(self, case: str, tool: dict[str, Any], arguments: Any, key: Any, wait: float) -> dict[str, Any]:
        """The result after whatever the schedule of faults has in store."""
        place = (case, tool["name"])
        if wait < self.due.get(place, 0):
            self.early[case] += 1
            return failed("rate_limited", "Too many requests.", RETRY_AFTER)
        self.due.pop(place, None)
        waiting = self.faults.get(case, {}).get(tool["name"], [])
        fault = waiting.pop(0) if waiting else ""
        if fault == "rate_limited":
            self.due[place] = RETRY_AFTER
            return failed("rate_limited", "Too many requests.", RETRY_AFTER)
        if fault == "unavailable":
            return failed("unavailable", "The service is down at the moment; nothing was done.")
        if fault == "conflict":
            return failed("conflict", "The order has changed in the meantime; this is not possible any more.")
        result = {} if fault == "timeout_lost" else self._done(case, tool, arguments, key)
        if fault.startswith("timeout"):
            return failed("timeout", "No answer in time. It is not known whether it was done.")
        return result

    def _done(self, case: str, tool: dict[str, Any], arguments: dict[str, Any], key: str) -> dict[str, Any]:
        if tool["access"] == "read":
            return self._read(case, tool["name"], arguments)
        asked = (tool["name"], arguments)
        if key in self.kept:
            before, result = self.kept[key]
            return result if before == asked else failed("key_reused", "This key was used for something else.")
        result = self._write(tool["name"], arguments)
        if result["ok"]:
            self.kept[key] = (asked, result)
            self.effects.append(Effect(case=case, tool=tool["name"], arguments=arguments))
        return result

    def _read(self, case: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if name == "find_orders":
            mail = arguments["email"].casefold()
            found = [order["order_id"] for order in self.orders.values() if order["email"].casefold() == mail]
            return done({"order_ids": sorted(found)})
        order = self.orders.get(arguments["order_id"])
        if order is None:
            return failed("not_found", "There is no such order.")
        self.looked_up.add((case, order["order_id"]))
        if name == "track_parcel":
            return done({"order_id": order["order_id"], "carrier_says": order["carrier_says"]})
        shown = ("order_id", "customer_id", "status", "delivered_on", "total_cents", "refunded_cents", "note")
        return done({key: order[key] for key in shown})

    def _write(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        order = self.orders.get(arguments.get("order_id", ""))
        if name in ("refund", "cancel_order") and order is None:
            return failed("not_found", "There is no such order.")
        if name == "refund" and order:
            if arguments["amount_cents"] > order["total_cents"] - order["refunded_cents"]:
                return failed("conflict", "That is more than what is left of the order.")
            order["refunded_cents"] += arguments["amount_cents"]
        if name == "cancel_order" and order:
            if order["status"] != "processing":
                return failed("conflict", "Only an order in processing can be cancelled.")
            order["status"] = "cancelled"
        return done({"done": True})


def done(content: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "content": content}


def failed(code: str, message: str, retry_after: int | None = None) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": message, "retry_after": retry_after}}


def mismatch(schema: dict[str, Any], arguments: Any) -> str:
    """How `arguments` differ from a tool's parameters; "" where they fit."""
    if not isinstance(arguments, dict):
        return "The arguments are no object."
    properties = schema["properties"]
    for name in schema["required"]:
        if name not in arguments:
            return f"The argument {name} is missing."
    for name, value in arguments.items():
        if name not in properties:
            return "There is an argument that the tool does not know."
        problem = _wrong(properties[name], value)
        if problem:
            return f"The argument {name} {problem}."
    return ""


def _wrong(wanted: dict[str, Any], value: Any) -> str:
    if type(value) is not _KINDS[wanted["type"]]:
        return f"is no {wanted['type']}"
    if "enum" in wanted and value not in wanted["enum"]:
        return "is none of the values that are allowed"
    if "pattern" in wanted and not re.fullmatch(wanted["pattern"], value):
        return "does not have the form that is asked for"
    if not wanted.get("minimum", value) <= value <= wanted.get("maximum", value):
        return "is out of range"
    if isinstance(value, str) and not wanted.get("minLength", 0) <= len(value) <= wanted.get("maxLength", len(value)):
        return "is too short or too long"
    return ""
