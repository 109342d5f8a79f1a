"""SPEC.md as code, written from the text alone, to label variants of tickets."""

from datetime import date, timedelta


def decide(ticket: dict, reason: str) -> dict:
    person = {"reason": reason, "action": "person", "amount": 0}
    refuse = {"reason": reason, "action": "refuse", "amount": 0}
    order = ticket.get("order")
    try:
        received = date.fromisoformat(ticket["received"])
        age = None if order["delivered"] is None else (received - date.fromisoformat(order["delivered"])).days
        items, shipping, kind = float(order["items"]), float(order["shipping"]), order["kind"]
    except (KeyError, TypeError, ValueError):
        return person
    if (age is not None and age < 0) or reason in ("safety", "unclear"):
        return person
    if age is not None and age > (14 if received >= date(2026, 4, 1) else 30):
        return refuse
    if reason == "changed_mind" and kind != "goods":
        return refuse
    amount = round({"late": shipping, "changed_mind": items}.get(reason, items + shipping), 2)
    return person if amount > 200 else {"reason": reason, "action": "refund", "amount": amount}


def dated(ticket: dict, received: str, days: int) -> dict | None:
    """The ticket as if it had come `days` after delivery; None where there is no usable order."""
    if decide(ticket, "damaged")["action"] == "person" and not isinstance(ticket.get("order"), dict):
        return None
    if not isinstance(ticket["order"].get("items"), (int, float)):
        return None
    ticket["received"] = received
    ticket["order"]["delivered"] = str(date.fromisoformat(received) - timedelta(days=days))
    return ticket


def same(right: dict, said: dict) -> bool:
    return right["action"] == said["action"] and (right["action"] != "refund" or abs(right["amount"] - said["amount"]) < 0.005)


def loss(right: dict, said: dict) -> float:
    if same(right, said):
        return 0
    if right["reason"] == "safety":
        return 50
    if said["action"] == "refund" and (right["action"] != "refund" or said["amount"] > right["amount"]):
        return 20
    return 1 if said["action"] == "person" else 5
