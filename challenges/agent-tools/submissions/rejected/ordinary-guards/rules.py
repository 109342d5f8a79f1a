"""What may be done. Pure: no model, no clock. The model proposes; nothing passes here because the model says so."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

ORDER = re.compile(r"\b[A-Z]{2}-\d{5}\b")
AMOUNT = re.compile(r"\b(\d+)[.,](\d\d)\b")
OVER_LIMIT = "over the limit"
DOES = {"refund": "refund", "cancel": "cancel_order", "track": "get_order"}
KINDS = {"string": str, "integer": int}


def own_words(text: str) -> str:
    """Without the lines that the customer only forwards."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def problem(case: dict, state: dict, tools: dict, name: str, arguments: Any) -> str:
    """Why a call may not be made; "" where it may. `invalid`: it is no call at all, and the model may mend it."""
    tool = tools.get(name)
    if tool is None or tool["access"] == "person" or name == "escalate":
        return "denied: this is not for you to call"
    wrong = mismatch(tool["parameters"], arguments)
    if wrong:
        return f"invalid arguments, try again: {wrong}"
    if name in ("find_orders", "send_email"):
        mail = arguments["email" if name == "find_orders" else "to"]
        return "" if mail == case["customer"]["email"] else "denied: not the customer's own address"
    if name in ("refund", "cancel_order"):
        return write_problem(case, state, name, arguments)
    return ""


def mismatch(schema: dict, arguments: Any) -> str:
    if not isinstance(arguments, dict) or set(arguments) != set(schema["properties"]):
        return f"wanted are exactly {', '.join(schema['properties'])}"
    for name, wanted in schema["properties"].items():
        value = arguments[name]
        if type(value) is not KINDS[wanted["type"]]:
            return f"{name} has to be of type {wanted['type']}"
        if "pattern" in wanted and not re.fullmatch(wanted["pattern"], value):
            return f"{name} has to look like {wanted['pattern']}"
        size = len(value) if isinstance(value, str) else value
        low, high = wanted.get("minLength", wanted.get("minimum")), wanted.get("maxLength", wanted.get("maximum"))
        if (low is not None and size < low) or (high is not None and size > high):
            return f"{name} is too small or too large"
    return ""


def write_problem(case: dict, state: dict, name: str, arguments: dict) -> str:
    number = arguments["order_id"]
    order = state["orders"].get(number)
    if [name, number] in [[tool, given["order_id"]] for tool, given in state["done"] if "order_id" in given]:
        return "denied: this is done already"
    if [name, arguments] in state["denied"]:
        return "denied: this was refused before"
    wishes = [request for request in state["reading"]["requests"] if DOES[request["intent"]] == name]
    if not wishes:
        return "denied: the customer has not asked for this"
    if order is None:
        return "invalid: call get_order for this order first, then try again"
    if order["customer_id"] != case["customer"]["id"]:
        return "denied: this is somebody else's order"
    if not number:
        return "denied: the customer has not named this order"
    if name == "cancel_order":
        return "" if order["status"] == "processing" else "denied: it has been sent already"
    return refund_problem(case, state, order, arguments["amount_cents"])


def refund_problem(case: dict, state: dict, order: dict, cents: int) -> str:
    policy, left = case["policy"], order["total_cents"] - order["refunded_cents"]
    if order["status"] != "delivered" or not order["delivered_on"]:
        return "denied: it has not been delivered"
    days = (date.fromisoformat(case["today"]) - date.fromisoformat(order["delivered_on"])).days
    if days > policy["return_days"]:
        return "denied: it is too late for a refund"
    wanted = amounts(state["texts"][-1]) or {left}
    if not wanted:
        return "invalid: not the amount that the customer asked for, try again"
    if cents > left:
        return "denied: more than what is left of the order"
    return OVER_LIMIT if cents > policy["refund_limit_cents"] else ""


def amounts(text: str) -> set[int]:
    """In cents, as the customer wrote them."""
    return {int(whole + part) for whole, part in AMOUNT.findall(text)}


def named(state: dict) -> set[str]:
    """Orders that may be changed: those in the customer's own words, else their only one."""
    found = set(ORDER.findall("\n".join(state["texts"])))
    listed = state["listed"] or []
    return found or (set(listed) if len(listed) == 1 else set())


def learn(state: dict, action: dict, content: dict) -> None:
    """Takes a result over into the state."""
    name, arguments = action["tool"], action["arguments"]
    if name == "get_order":
        state["orders"][content["order_id"]] = content
    if name == "find_orders":
        state["listed"] = content["order_ids"]
    if name == "refund":
        state["spent"] += arguments["amount_cents"]
    state["done"].append([name, arguments])


def order_of(state: dict, request: dict) -> str | None:
    if request["order_id"]:
        return str(request["order_id"])
    found = named(state)
    return found.pop() if len(found) == 1 else None


def is_done(state: dict, request: dict) -> bool:
    return _among(state["done"], state, request)


def is_open(state: dict, request: dict) -> bool:
    """Neither done nor refused: the model has not come to it."""
    asked = request["order_id"] or state["listed"] is not None
    settled = _among(state["done"], state, request) or _among(state["denied"], state, request)
    return not settled and bool(order_of(state, request) or not asked)


def is_work_left(case: dict, state: dict) -> bool:
    """Whether the model has to be asked for a further step."""
    reading = state["reading"]
    if any(is_open(state, request) for request in reading["requests"]):
        return True
    mailed = any(name == "send_email" for name, _ in state["done"] + state["denied"])
    return bool(reading.get("email_wanted")) and bool(state["done"]) and not mailed


def _among(calls: list, state: dict, request: dict) -> bool:
    name, order = DOES[request["intent"]], order_of(state, request)
    return any(tool == name and given.get("order_id") == order for tool, given in calls)
