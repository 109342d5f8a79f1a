"""Reads figures out of sentences: `30 days`, `two weeks`, `EUR 12.50`, `12.5 euros`; and whom a sentence addresses."""

from __future__ import annotations

import re
from datetime import datetime

UNITS = {
    "return_window": "days", "delivery_time": "days", "loan_period": "days", "warranty": "months",
    "service_interval": "months", "deposit": "EUR", "shipping_fee": "EUR", "late_fee": "EUR", "cleaning_fee": "EUR",
}  # fmt: skip
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
WORD = "|".join((*TENS, *sorted(SMALL, key=len, reverse=True)))
SPAN = re.compile(rf"((?:\d+)|(?:(?:{WORD})(?:-(?:{WORD}))?))\s+(day|week|month|year)s?\b", re.IGNORECASE)
MONEY = re.compile(r"(?:EUR|€)\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*(?:euros?|EUR|€)", re.IGNORECASE)
LARGER = {"week": ("days", 7), "year": ("months", 12), "day": ("days", 1), "month": ("months", 1)}
MODEL = re.compile(r"\b(assistant|chat model|model|AI|bot|chatbot|LLM|writes the reply)\b", re.IGNORECASE)
Figure = tuple[str, float]


def number(text: str) -> float:
    if text.isdigit():
        return float(text)
    parts = text.lower().split("-")
    return float(sum(TENS[part] if part in TENS else SMALL.index(part) for part in parts))


class Figures(list):
    """(unit, value) pairs; a bare number is in it when some pair has it."""

    def __contains__(self, wanted: object) -> bool:
        return any(wanted in (pair, pair[1]) for pair in self)


def figures(text: str) -> Figures:
    """All figures of `text` in order, in days, months or EUR."""
    found = []
    for match in SPAN.finditer(text):
        unit, size = LARGER[match[2].lower()]
        found.append((match.start(), (unit, number(match[1]) * size)))
    for match in MONEY.finditer(text):
        found.append((match.start(), ("EUR", float(match[1] or match[2]))))
    return Figures(figure for _, figure in sorted(found))


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?…])\s+", text)


def addressed_to_a_model(text: str) -> list[str]:
    """Sentences that tell whoever writes the answer what to do."""
    return [sentence for sentence in sentences(text) if ":" in sentence and MODEL.search(sentence.split(":")[0])]


class Sheet:
    """What a text states."""

    def __init__(self, text: str) -> None:
        orders = addressed_to_a_model(text)
        self.sentences = [sentence for sentence in sentences(text) if sentence not in orders]
        self.money = [value for unit, value in figures(text) if unit == "EUR"]
        self.text = text

    def settles(self, matter: str, plan: str) -> float | None:
        """The figure for `plan`: of the sentence that names it, else of the first one with a figure."""
        stated = [(s, value) for s in self.sentences for unit, value in figures(s) if unit == UNITS[matter]]
        own = [value for sentence, value in stated if re.search(rf"\b{re.escape(plan)}\b", sentence)]
        return (own or [value for _, value in stated] or [None])[0]

    def rate(self, matter: str) -> float | None:
        """The figure that an answer gives; of a sum, the one that is counted by day or item."""
        if re.search(r"\ban? (?:day|item)\b", self.text):
            rate = re.search(rf"({MONEY.pattern})\s+an? (?:day|item)\b", self.text, re.IGNORECASE)
            if rate:
                return figures(rate[1])[0][1]
        stated = [value for unit, value in figures(self.text) if unit == UNITS[matter]]
        return stated[0] if stated else None


def dates(text: str) -> list[str]:
    """Days that `text` names, as 2025-05-12."""
    found = re.findall(r"\d{4}-\d{2}-\d{2}", text)
    for match in re.finditer(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", text):
        try:
            found.append(datetime.strptime(match[0], "%d %B %Y").date().isoformat())
        except ValueError:
            continue
    return found


def money_is_well_formed(text: str) -> bool:
    """Whether all money in `text` is written like EUR 12.50."""
    return all(re.fullmatch(r"EUR \d+\.\d{2}", match[0]) for match in MONEY.finditer(text))
