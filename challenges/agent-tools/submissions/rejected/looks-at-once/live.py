"""The live tools, made into the ones that the README describes: `as_described(step)` is an agent for the live tools.

What `data/log.jsonl` and `data/books.csv` show and the README does not (`python evidence.py` prints each figure): a refund or a
cancellation that says `done` may not have happened, and says so again under its key; an order is shown as it was for up to 40
seconds after a change; a key is forgotten after two to three minutes; what these two tools ask to wait for are minutes; and
orders placed before a certain day have their sums in tenths of a cent. So a change counts when the order shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LOOK_AFTER = 0
MINUTE, LONGEST_WAIT = 60, 300
CHANGED = "2030-11-19"
DOING = ("refund", "cancel_order")
TRIES = 3

Step = Callable[[dict[str, Any]], dict[str, Any]]


def as_described(inner: Step) -> Step:
    """`inner` sees tools that do what they say. Its state is kept in this one's."""

    def step(turn: dict[str, Any]) -> dict[str, Any]:
        state = turn["state"] or {"inner": None, "orders": {}, "change": None}
        event = turn["event"]
        if event["type"] == "result":
            event = plain_sums(event)
            seen = state["change"] and followed(state, event)
            if seen and "action" in seen:
                return {"state": state, "action": seen["action"]}
            event = seen or event
            remember(state, event)
        reply = inner(turn | {"state": state["inner"], "event": event})
        state["inner"] = reply["state"]
        return {"state": state, "action": begun(state, reply["action"])}

    return step


def plain_sums(event: dict[str, Any]) -> dict[str, Any]:
    """Sums in cents, whenever the order was placed."""
    content = event.get("content")
    if event["tool"] != "get_order" or not event["ok"] or content.get("placed_on", CHANGED) >= CHANGED:
        return event
    return event | {"content": content | {key: content[key] // 10 for key in ("total_cents", "refunded_cents")}}


def remember(state: dict[str, Any], event: dict[str, Any]) -> None:
    if event["tool"] == "get_order" and event["ok"]:
        state["orders"][event["content"]["order_id"]] = event["content"]


def begun(state: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    """An action of the agent's; a change of an order that was read is followed up."""
    state["change"] = None
    if action["type"] == "tool" and action["tool"] in DOING and action["arguments"]["order_id"] in state["orders"]:
        state["change"] = {"action": action, "tries": 1, "looks": 0}
    return action


def followed(state: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """What comes of a result while a change is under way: the next action, or the event that the agent is told."""
    change = state["change"]
    if event["tool"] == "get_order":
        return looked(state, change, event)
    code = "" if event["ok"] else event["error"]["code"]
    if code == "rate_limited":
        seconds = min(LONGEST_WAIT, MINUTE * (event["error"]["retry_after"] or 0))
        event = event | {"error": event["error"] | {"retry_after": seconds}}
    if code not in ("", "timeout", "rate_limited"):
        return event
    change["told"] = event  # until the tool has time again, the key may be forgotten, and a crash may hide an attempt
    return {"action": look(change)}


def look(change: dict[str, Any], wait: int = LOOK_AFTER) -> dict[str, Any]:
    change["looks"] += 1
    arguments = {"order_id": change["action"]["arguments"]["order_id"]}
    return {"type": "tool", "tool": "get_order", "arguments": arguments, "wait": wait}


def looked(state: dict[str, Any], change: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Whether the order shows the change; if not, it is tried under a new key."""
    action, told = change["action"], change["told"]
    if not event["ok"]:
        wait = event["error"]["retry_after"] or 0
        return {"action": look(change, wait)} if change["looks"] < TRIES else failed(told, "timeout")
    before, now = state["orders"][action["arguments"]["order_id"]], event["content"]
    remember(state, event)
    if shows(action, before, now):
        return told | {"ok": True, "content": {"done": True}}
    if action["tool"] == "cancel_order" and now["status"] != "processing":
        return failed(told, "conflict")  # it is on its way
    if not told["ok"]:
        return told  # a timeout that did nothing: the agent tries again
    if change["tries"] >= TRIES:
        return failed(told, "timeout")
    key = f"{action['idempotency_key'][-90:]}+{change['tries']}"
    change.update(action=action | {"idempotency_key": key, "wait": 0}, tries=change["tries"] + 1, looks=0)
    return {"action": change["action"]}


def shows(action: dict[str, Any], before: dict[str, Any], now: dict[str, Any]) -> bool:
    if action["tool"] == "cancel_order":
        return bool(now["status"] == "cancelled")
    return bool(now["refunded_cents"] - before["refunded_cents"] >= action["arguments"]["amount_cents"])


def failed(told: dict[str, Any], code: str) -> dict[str, Any]:
    error = {"code": code, "message": "The order does not show it.", "retry_after": None}
    return told | {"ok": False, "error": error}
