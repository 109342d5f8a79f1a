"""Systems and judges for your own runs, without a network. Given; not needed in what you hand in.

`PracticeSystem()` is sound, as the sound ones that we grade with are: it understands the messages of your cases as your
labels say, with whatever order, day or added words they come, and decides by SPEC.md. For `needless_in_100` tickets of
100 (4, by `data/practice.json`) it calls a person without need. With `flaw="german"` it also refuses half of the tickets
that look German; the flaws of those that we grade with are others.
"""

import json
import re
import zlib
from datetime import date
from pathlib import Path

FIELDS = {"id", "items", "shipping", "kind", "delivered"}
WORDS = {
    "en": "the my is was it you to for not have has i and a",
    "de": "der die das ich ist war nicht mein meine und bitte wurde",
    "es": "el la mi es está no por que quiero con una los",
    "fr": "le la ma mon est je ne pas vous une les j",
}
SAID = {
    "refund": {"en": "We refund {:.2f} EUR.", "de": "Wir erstatten Ihnen {:.2f} EUR.", "es": "Le devolvemos {:.2f} EUR.", "fr": "Nous vous remboursons {:.2f} EUR."},
    "refuse": {"en": "We cannot refund this.", "de": "Das können wir nicht erstatten.", "es": "No podemos devolver este importe.", "fr": "Nous ne pouvons pas rembourser cela."},
    "person": {"en": "A colleague will look at this.", "de": "Jemand aus dem Team sieht es sich an.", "es": "Lo revisará una persona.", "fr": "Une personne va examiner votre demande."},
}


class PracticeSystem:
    def __init__(self, cases: str | Path = "cases.jsonl", flaw: str = "") -> None:
        rows = [json.loads(line) for line in Path(cases).read_text("utf-8").splitlines() if line.strip()]
        self.reasons = {plain(row["ticket"]["message"]): row["gold"]["reason"] for row in reversed(rows)}
        self.own = {about(row["ticket"]) for row in rows}
        self.flaw = flaw
        self.needless = [(7 + 24 * at + at // 2) % 50 for at in range(needless_in_100() // 2)]

    def ask(self, tickets: list[dict]) -> list[dict]:
        return [self._reply(ticket, str(ticket.get("message", ""))) for ticket in tickets]

    def _reply(self, ticket: dict, message: str) -> dict:
        reason, (action, amount) = self._reason(message), ("person", 0)
        due = decide(ticket, reason)
        luck = sum(message.encode()) % 50
        own = about(ticket) in self.own
        careful = luck in self.needless if own else zlib.crc32(about(ticket).encode()) % 25 < len(self.needless) // 2
        if not careful:
            action, amount = due
        if self.flaw == "german" and luck % 2 and any(word in message.split() for word in ("ich", "der", "die", "das", "ist", "Meine")):
            action, amount = "refuse", 0
        return {
            "reason": reason,
            "action": action,
            "amount": amount,
            "confidence": 0.5 if reason == "unclear" or (action, amount) != due else 0.95,
            "reply": SAID[action][language(message)].format(amount),
            "usage": {"cents": 0.2 + luck / 500, "seconds": 0.9},
        }

    def _reason(self, message: str) -> str:
        asked = f" {plain(message)} "
        inside = [known for known in self.reasons if known and f" {known} " in asked]
        return self.reasons[max(inside, key=len)] if inside else "unclear"


def needless_in_100() -> int:
    given = Path(__file__).resolve().parent / "data" / "practice.json"
    return json.loads(given.read_text("utf-8"))["needless_in_100"] if given.exists() else 4


def decide(ticket: dict, reason: str) -> tuple[str, float]:
    """Action and amount by SPEC.md, for a message that means `reason`."""
    order = ticket.get("order")
    received = day(ticket.get("received"))
    if reason in ("safety", "unclear") or received is None or not isinstance(order, dict) or not set(order) >= FIELDS:
        return "person", 0
    delivered, sums = day(order["delivered"]), [order["items"], order["shipping"]]
    if order["kind"] not in ("goods", "food", "custom") or not isinstance(order["id"], str) or not order["id"].strip():
        return "person", 0
    if not all(type(amount) in (int, float) and amount >= 0 for amount in sums) or (delivered is None) != (order["delivered"] is None):
        return "person", 0
    days = (received - delivered).days if delivered else None
    if days is not None and days < 0:
        return "person", 0
    if days is not None and days > (14 if received >= date(2026, 4, 1) else 30):
        return "refuse", 0
    if reason == "changed_mind" and order["kind"] != "goods":
        return "refuse", 0
    amount = round({"late": sums[1], "changed_mind": sums[0]}.get(reason, sum(sums)), 2)
    return ("person", 0) if amount > 200 else ("refund", amount)


def day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def about(ticket: dict) -> str:
    """What a ticket is about, whatever numbers it and its order have."""
    order = ticket.get("order")
    order = {key: value for key, value in order.items() if key != "id"} if isinstance(order, dict) else order
    return json.dumps([ticket.get("received"), ticket.get("message"), order], sort_keys=True, default=str)


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def language(text: str) -> str:
    words = plain(text).split()
    return max(WORDS, key=lambda name: sum(word in WORDS[name].split() for word in words))


class PracticeJudge:
    """Agrees with the first person, or says 4 to everything."""

    def __init__(self, labelled: list[dict], flaw: str = "") -> None:
        self.levels = {row["reply"]: row["levels"][0] for row in labelled}
        self.flaw = flaw

    def grade(self, items: list[dict]) -> list[int]:
        return [4 if self.flaw else max((lv for text, lv in self.levels.items() if text in item["reply"]), default=3) for item in items]
