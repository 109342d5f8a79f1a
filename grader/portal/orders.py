"""What another system ordered: an invitation that remembers who asked for it, and whom to tell. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.challenge import Pack

ORDERED, TOLD = "ordered", "told"
"""Events of an invitation."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Who ordered an invitation. `reference`: what makes the same order the same; `callback`: an address that the
    operator allows, to be told there that people have decided; empty: nobody is told."""

    system: str
    reference: str = ""
    callback: str = ""


def link_token(key: str, invitation: str) -> str:
    """The token of an ordered invitation's link: who has the key can make it again, and the store has not got it."""
    made = hmac.new(key.encode(), f"link\0{invitation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def about(pack: Pack) -> dict[str, Any]:
    """What a candidate is told of a challenge, as it is now."""
    whole = pack.weights.objective + pack.weights.subjective
    points = round(100 * pack.weights.objective / whole)
    return {"title": pack.title, "minutes": round(pack.time.working / 60), "assessors": pack.review.assessors,
            "bar_raiser": pack.review.bar_raiser, "objective": points, "subjective": 100 - points}  # fmt: skip
