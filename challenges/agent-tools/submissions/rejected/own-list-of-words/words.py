"""Reads messages by a few words, and plans by a table."""

import re

import rules

WORDS = {"refund": ("refund", "money back"), "cancel": ("cancel",), "track": ("where is", "could you tell me where")}


class Down(Exception):
    pass


def read(case, texts):
    text = texts[-1].lower()
    orders, sums = rules.ORDER.findall(texts[-1]), sorted(rules.amounts(texts[-1]))
    wishes = [
        {"intent": intent, "order_id": orders[-1] if orders else None, "amount_cents": sums[0] if sums else None}
        for intent, words in WORDS.items()
        if any(word in text for word in words)
    ]
    grave = {"legal": float("lawyer" in text or "agency" in text), "person": float("a human" in text or "call me" in text)}
    return {"requests": wishes, "order_id": None, "email_wanted": "e-mail" in text, "risk": grave}


def next_call(case, texts, log, tools):
    wishes = read(case, texts)["requests"]
    done = [name for name, _, _ in log]
    if not wishes:
        return None
    order = wishes[0]["order_id"]
    if order is None:
        return None if "find_orders" in done else ("find_orders", {"email": case["customer"]["email"]})
    if "get_order" not in done:
        return "get_order", {"order_id": order}
    seen = next((result for name, _, result in log if name == "get_order"), "") or ""
    left = [int(re.search(rf'"{key}": (\d+)', seen)[1]) for key in ("total_cents", "refunded_cents") if f'"{key}"' in seen]
    cents = wishes[0]["amount_cents"] or (left[0] - left[1] if len(left) == 2 else 1)
    if wishes[0]["intent"] == "refund" and "refund" not in done:
        return "refund", {"order_id": order, "amount_cents": max(1, cents), "reason": "asked for"}
    if wishes[0]["intent"] == "cancel" and "cancel_order" not in done:
        return "cancel_order", {"order_id": order}
    return None
