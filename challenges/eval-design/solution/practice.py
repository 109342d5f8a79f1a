"""Systems and judges for your own runs, without a network. Given; not needed in what you hand in.

The practice system answers with your own labels, except on one ticket in 25. With `flaw="german"` it also refuses half of
the tickets that look German. The ones that we grade with work out the policy themselves, and their flaws are others.
"""

import json
from pathlib import Path


class PracticeSystem:
    def __init__(self, cases: str | Path = "cases.jsonl", flaw: str = "") -> None:
        rows = [json.loads(line) for line in Path(cases).read_text("utf-8").splitlines() if line.strip()]
        self.gold = {row["ticket"]["message"]: row["gold"] for row in rows}
        self.flaw = flaw

    def ask(self, tickets: list[dict]) -> list[dict]:
        return [self._reply(ticket, str(ticket.get("message", ""))) for ticket in tickets]

    def _reply(self, ticket: dict, message: str) -> dict:
        gold = self.gold.get(message, {"reason": "unclear", "action": "person"})
        reason, action = gold["reason"], gold["action"]
        luck = sum(message.encode()) % 50
        if luck in (7, 31):
            action = "person"
        if self.flaw == "german" and luck % 2 and any(word in message.split() for word in ("ich", "der", "die", "das", "ist", "Meine")):
            action = "refuse"
        return {
            "reason": reason,
            "action": action,
            "amount": gold.get("amount", 0) if action == "refund" else 0,
            "confidence": 0.5 if reason == "unclear" or action != gold["action"] else 0.95,
            "reply": "We have looked at it.",
            "usage": {"cents": 0.2 + luck / 500, "seconds": 0.9},
        }


class PracticeJudge:
    """Agrees with the first person, or says 4 to everything."""

    def __init__(self, labelled: list[dict], flaw: str = "") -> None:
        self.levels = {row["reply"]: row["levels"][0] for row in labelled}
        self.flaw = flaw

    def grade(self, items: list[dict]) -> list[int]:
        return [4 if self.flaw else max((lv for text, lv in self.levels.items() if text in item["reply"]), default=3) for item in items]
