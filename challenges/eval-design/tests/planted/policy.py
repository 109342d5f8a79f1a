"""The refund policy of the specification, as code: what is right for a ticket whose message means `reason`."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

REASONS = ("damaged", "wrong_item", "late", "changed_mind", "safety", "unclear")
ACTIONS = ("refund", "refuse", "person")
KINDS = ("goods", "food", "custom")
FIELDS = frozenset(("id", "items", "shipping", "kind", "delivered"))
CHANGE = date(2026, 4, 1)
"""From this day of receipt on the window is shorter."""
OLD_WINDOW, NEW_WINDOW = 30, 14
LIMIT = 200.0
"""A refund above this many euros goes to a person."""
COSTS = {"payout": 20.0, "safety": 50.0, "refused": 5.0, "person": 1.0}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`amount` is 0 unless the action is a refund."""

    action: str
    amount: float = 0.0

    def same(self, action: Any, amount: Any) -> bool:
        """Whether a reply or a label says this."""
        if action != self.action:
            return False
        if self.action != "refund":
            return True
        return is_number(amount) and abs(amount - self.amount) < 0.01


PERSON = Decision(action="person")
REFUSED = Decision(action="refuse")


@dataclass(frozen=True, kw_only=True)
class Order:
    """A usable order. `days` since delivery, None before it; `window` in days."""

    items: float
    shipping: float
    kind: str
    days: int | None
    window: int

    @property
    def in_time(self) -> bool:
        return self.days is None or self.days <= self.window


def decide(ticket: Any, reason: str) -> Decision:
    """What the policy says. Whatever cannot be read goes to a person."""
    order = read_order(ticket)
    if order is None or reason not in REASONS or reason in ("safety", "unclear"):
        return PERSON
    if not order.in_time or (reason == "changed_mind" and order.kind != "goods"):
        return REFUSED
    amount = due(order, reason)
    return PERSON if amount > LIMIT else Decision(action="refund", amount=amount)


def due(order: Order, reason: str) -> float:
    """Euros that the policy gives back for `reason`, window and limit left aside."""
    if reason == "late":
        return order.shipping
    return round(order.items + (0.0 if reason == "changed_mind" else order.shipping), 2)


def read_order(ticket: Any, *, always_old: bool = False) -> Order | None:
    """The order of a ticket; None where it lacks something, or contradicts itself."""
    order = ticket.get("order") if isinstance(ticket, dict) else None
    received = day(ticket.get("received")) if isinstance(ticket, dict) else None
    if not isinstance(order, dict) or received is None or not set(order) >= FIELDS or order["kind"] not in KINDS:
        return None
    if not isinstance(order["id"], str) or not order["id"].strip():
        return None
    items, shipping, delivered = order["items"], order["shipping"], order["delivered"]
    if not is_number(items) or not is_number(shipping) or min(items, shipping) < 0:
        return None
    delivery = day(delivered)
    days = None if delivery is None else (received - delivery).days
    if (delivered is not None and delivery is None) or (days is not None and days < 0):
        return None
    window = OLD_WINDOW if always_old or received < CHANGE else NEW_WINDOW
    return Order(items=float(items), shipping=float(shipping), kind=order["kind"], days=days, window=window)


def day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
