"""The desk's rules, whatever is wanted: whose order, window, limit, attempts, one key for one call."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date

ORDER = re.compile(r"\b[A-Z]{2}-\d{5}\b")
AMOUNT = re.compile(r"\b(\d+)[.,](\d\d)\b")
AGAIN = ("timeout", "unavailable", "rate_limited")
Wish = Callable[[str, str], str]
"""What is to be done, by the customer's words about an order and its status: refund, cancel or track."""


def step(turn: dict, wish: Wish) -> dict:
    state = turn["state"] or {"message": 0, "spent": 0}
    event, case = turn["event"], turn["case"]
    action = begin(case, state, event["text"]) if event["type"] == "message" else go_on(case, state, event, wish)
    return {"state": state, "action": action}


def begin(case: dict, state: dict, text: str) -> dict:
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    named = list(dict.fromkeys(ORDER.findall(own)))
    cents = [int(whole + part) for whole, part in AMOUNT.findall(own)]
    state.update(message=state["message"] + 1, waiting=named, text=own, cents=cents, met=0, refused=0)
    return look(case, state) if named else call(case, state, "find_orders", email=case["customer"]["email"])


def call(case: dict, state: dict, tool: str, wait: float = 0, **arguments: object) -> dict:
    text = json.dumps([case["id"], state["message"], tool, arguments], sort_keys=True)
    if not wait:
        state.update(tool=tool, arguments=arguments, attempts=1)
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return {"type": "tool", "tool": tool, "arguments": arguments, "idempotency_key": key, "wait": wait}


def look(case: dict, state: dict) -> dict:
    return call(case, state, "get_order", order_id=state["waiting"][0])


def hand_over(case: dict, state: dict, reason: str) -> dict:
    return call(case, state, "escalate", reason=reason, summary="Please take over.")


def go_on(case: dict, state: dict, event: dict, wish: Wish) -> dict:
    tool = state["tool"]
    if not event["ok"]:
        if event["error"]["code"] not in AGAIN:
            return settle(case, state, met=False)
        if state["attempts"] >= 3:
            return hand_over(case, state, "tool_failure")
        state["attempts"] += 1
        return call(case, state, tool, wait=event["error"]["retry_after"] or 1, **state["arguments"])
    if tool == "find_orders":
        state["waiting"] = event["content"]["order_ids"]
        return look(case, state) if len(state["waiting"]) == 1 else reply("question")
    return treat(case, state, event["content"], wish) if tool == "get_order" else settle(case, state, met=True)


def treat(case: dict, state: dict, order: dict, wish: Wish) -> dict:
    """What is done with an order that was looked up."""
    number, status = order["order_id"], order["status"]
    wanted = wish(about(state["text"], number), status)
    if order["customer_id"] != case["customer"]["id"]:
        return settle(case, state, met=False)
    if wanted == "track":
        return settle(case, state, met=True)
    if wanted == "cancel" and status == "processing":
        return call(case, state, "cancel_order", order_id=number)
    if wanted != "refund" or status != "delivered":
        return settle(case, state, met=False)
    return refund(case, state, order)


def about(text: str, number: str) -> str:
    """The part of a message that lies round an order's number, where it names several."""
    places = [found.start() for found in ORDER.finditer(text)]
    if len(places) < 2:
        return text
    middle = sum(places[:2]) // 2
    return text[:middle] if text.find(number) < middle else text[middle:]


def refund(case: dict, state: dict, order: dict) -> dict:
    left = order["total_cents"] - order["refunded_cents"]
    cents = state["cents"].pop(0) if state["cents"] else left
    days = (date.fromisoformat(case["today"]) - date.fromisoformat(order["delivered_on"])).days
    if days > case["policy"]["return_days"] or not 0 < cents <= left:
        return settle(case, state, met=False)
    if state["spent"] + cents > case["policy"]["refund_limit_cents"]:
        return hand_over(case, state, "over_limit")
    state["spent"] += cents
    return call(case, state, "refund", order_id=order["order_id"], amount_cents=cents, reason="as asked")


def settle(case: dict, state: dict, *, met: bool) -> dict:
    """On to the next order of the message, or the answer to it."""
    state["met" if met else "refused"] += 1
    state["waiting"] = state["waiting"][1:]
    if state["waiting"]:
        return look(case, state)
    return reply("done" if not state["refused"] else "partly" if state["met"] else "refused")


def reply(outcome: str) -> dict:
    return {"type": "reply", "text": "Thank you for your message.", "outcome": outcome}
