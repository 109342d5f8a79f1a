"""Keeps the house rules and never learns what the customer wants: the status of an order decides what is done with it."""

from __future__ import annotations

import desk


def step(turn: dict) -> dict:
    """One event in, one action out."""
    return desk.step(turn, lambda text, status: {"delivered": "refund", "processing": "cancel"}.get(status, "track"))
