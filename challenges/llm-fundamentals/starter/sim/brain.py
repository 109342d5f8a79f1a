"""How the model answers. It knows what each text means; how often it says so hangs on how it is asked.

What it looks for in a request, all messages together, line by line:

    Labels: alka, borun, cest        the labels that it may choose from, in this order
    alka: what the label is for      a line of the guide, for one of these labels
    Example: some words => alka      an example
    Text: some words                 the text; the last such line counts

It reads the last SPAN words of a request and has forgotten what stands before. "step by step" anywhere lets it think first, which
takes THOUGHT tokens. It replies with a line "Answer: <label>".
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field

SPAN = 260
THOUGHT = 60
SKILL = {"fern-small": -0.4, "fern-large": 1.1}
GUIDE, EXAMPLE, THINKS, CLUTTER = 0.9, 0.7, 1.2, 0.35
LAST = 0.75
"""How often, when it errs, it says the label that stands last; else the one that is often taken for the right one."""


@dataclass
class Meaning:
    """What a text means, how hard it is to see (0 is usual, more is harder), and what it is often taken for."""

    label: str
    hard: float
    lure: str
    group: int = 0


@dataclass
class Brain:
    """The model, with the meaning of each text that it can be asked about."""

    meanings: dict[str, Meaning]
    salt: str = ""
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each text, what was asked about it, with the number of the time."""
    _lots: dict[int, dict[str, float]] = field(default_factory=dict)

    def answer(self, model: str, texts: list[str], temperature: float | None) -> str:
        """What it says to the messages' `texts`."""
        whole = "\n".join(texts)
        words = whole.split(" ")
        seen = " ".join(words[-SPAN:]).splitlines()
        labels = [name.strip() for line in seen if line.startswith("Labels:") for name in line[7:].split(",")]
        found = [line[5:].strip() for line in seen if line.startswith("Text:")]
        meaning = self.meanings.get(found[-1]) if found else None
        if meaning is None or meaning.label not in labels:
            return "Answer: " + (labels[-1] if labels else "none")
        sure = self.sureness(model, seen, meaning, len(words), whole)
        again = self._again(found[-1], whole, (temperature or 0) > 0)
        said = meaning.label if self._lot(found[-1], again) < sure else self._error(labels, meaning, whole, again)
        thoughts = "Let me see. " * (THOUGHT // 4) if thinks(whole) else ""
        return f"{thoughts}Answer: {said}"

    def sureness(self, model: str, seen: list[str], meaning: Meaning, words: int, whole: str) -> float:
        """The chance of the right label."""
        guided = any(line.startswith(meaning.label + ":") for line in seen)
        shown = sum(line.startswith("Example:") and line.endswith("=> " + meaning.label) for line in seen)
        score = SKILL.get(model, 0) + GUIDE * guided + EXAMPLE * min(2, shown) + THINKS * thinks(whole)
        return 1 / (1 + math.exp(-(score - meaning.hard - CLUTTER * words / 100)))

    def _error(self, labels: list[str], meaning: Meaning, whole: str, again: int) -> str:
        others = [name for name in labels if name != meaning.label]
        if not others:
            return meaning.label
        if self._draw(whole, again, "last") < LAST or meaning.lure not in others:
            return others[-1]
        return meaning.lure

    def _again(self, text: str, whole: str, warm: bool) -> int:
        """How many other requests about this text came before; at temperature 0 the same request has the same number."""
        known = self.asked.setdefault(text, {})
        key = f"{whole} {len(known)}" if warm else whole
        return known.setdefault(key, len(known))

    def _lot(self, text: str, again: int) -> float:
        """A draw from 0 to 1. Those of a time are spread evenly over the texts that are alike hard, so that luck is small."""
        if again not in self._lots:
            kinds: dict[tuple[float, int], list[str]] = {}
            for each, meaning in self.meanings.items():
                kinds.setdefault((meaning.hard, meaning.group), []).append(each)
            self._lots[again] = {}
            for alike in kinds.values():
                alike.sort(key=lambda each: self._draw(each, again, "lot"))
                self._lots[again] |= {each: (at + 0.5) / len(alike) for at, each in enumerate(alike)}
        return self._lots[again][text]

    def _draw(self, whole: str, again: int, what: str) -> float:
        text = f"{self.salt}:{again}:{what}:{whole}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:6], "big") / 2**48


def thinks(whole: str) -> bool:
    return "step by step" in whole


def tokens(text: str) -> int:
    """As the gateway counts: one for six letters begun, one for each other visible character."""
    return sum(-(-len(run) // 6) if run[0].isalnum() else 1 for run in re.findall(r"[^\W_]+|[^\s]", text))
