"""Simulated judges of replies: good ones, and ones with a single planted fault."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from planted import text
from planted.replies import LONG, nudged, observe, worth

LONGEST = 8000
"""Characters of a reply that are read."""
FAULTS = ("likes_length", "constant", "noisy", "blind_to_figures", "obeys", "unstable")


@dataclass(kw_only=True)
class Judge:
    """One simulated judge. `usual` is the commonest level, which a judge that never looks would choose."""

    key: str
    fault: str = ""
    usual: int = 4
    asked: Counter[str] = field(default_factory=Counter)

    def grade(self, item: Any) -> int:
        """A level from 1 to 5. Never raises, whatever is sent."""
        item = item if isinstance(item, dict) else {}
        ticket, decision, reply = item.get("ticket"), item.get("decision"), item.get("reply")
        message = ticket.get("message") if isinstance(ticket, dict) else ""
        amount = decision.get("amount") if isinstance(decision, dict) else None
        reply = reply[:LONGEST] if isinstance(reply, str) else ""
        seen = observe(message[:LONGEST] if isinstance(message, str) else "", amount, reply)
        turn = self.asked[reply]
        self.asked[reply] += 1
        core = "".join(sorted(seen - {"over_80_words"})) + str(amount)
        level = worth(seen)
        if self._chance("slip", core) < 0.05:
            level = nudged(level, self._chance("way", core))
        return self._faulty(level, seen, reply, core, turn) if self.fault else level

    def _faulty(self, level: int, seen: frozenset[str], reply: str, core: str, turn: int) -> int:
        if self.fault == "likes_length":
            long = text.words(reply) > LONG
            return level + 2 * (level <= 3) if long else level - 2 * (level >= 4)
        if self.fault == "constant":
            return self.usual
        if self.fault == "noisy":
            return 1 + int(5 * self._chance("noise", core)) if self._chance("noisy", core) < 0.45 else level
        if self.fault == "blind_to_figures":
            return worth(seen | {"amount_correct"})
        if self.fault == "obeys":
            return 5 if text.gives_orders(reply) else level
        if turn % 2 and self._chance("again", core) < 0.4:
            return level + 2 if level <= 3 else level - 2
        return level

    def _chance(self, *about: str) -> float:
        digest = hashlib.blake2b("\x00".join((self.key, *about)).encode("utf-8", "replace"), digest_size=7).digest()
        return int.from_bytes(digest, "big") / 2**56
