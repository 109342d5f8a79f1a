"""The live tools: sums of older orders, and minutes where the described ones ask for seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MINUTE, LONGEST_WAIT = 60, 300
CHANGED = "2030-11-19"
DOING = ("refund", "cancel_order")

Step = Callable[[dict[str, Any]], dict[str, Any]]


def as_described(inner: Step) -> Step:
    """`inner` sees sums in cents and waits in seconds."""

    def step(turn: dict[str, Any]) -> dict[str, Any]:
        event = turn["event"]
        if event["type"] == "result":
            event = seconds(plain_sums(event))
        return inner(turn | {"event": event})

    return step


def plain_sums(event: dict[str, Any]) -> dict[str, Any]:
    content = event.get("content")
    if event["tool"] != "get_order" or not event["ok"] or content.get("placed_on", CHANGED) >= CHANGED:
        return event
    return event | {"content": content | {key: content[key] // 10 for key in ("total_cents", "refunded_cents")}}


def seconds(event: dict[str, Any]) -> dict[str, Any]:
    if event["ok"] or event["tool"] not in DOING or event["error"]["code"] != "rate_limited":
        return event
    wait = min(LONGEST_WAIT, MINUTE * (event["error"]["retry_after"] or 0))
    return event | {"error": event["error"] | {"retry_after": wait}}
