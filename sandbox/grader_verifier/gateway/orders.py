"""Instructions that somebody slipped into what the model reads, and what a gullible model does with them.

An injected instruction is a sentence with one of the cues below that stands in the context, or anywhere in a message
that is not the system's, without being fenced off (see passages) and without a `never` or `do not` before it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from .passages import Sentence

CUES = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instructions?|rules?|prompts?|context|above|guidelines?|"
    r"documents?|policy|policies)\b"
    r"|\bnew (?:system )?(?:instructions?|rules?)\b|\bsystem (?:override|notice|message)\b"
    r"|\bnote to (?:the |any )?(?:assistant|model|ai|llm)\b|^\s{0,4}(?:system|assistant)\s{0,2}:",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:never|do not|don't|must not|not)\b", re.IGNORECASE)
_CALL = re.compile(r"\b(?:call|use|invoke|run)\s(?:the\s)?(?:tool\s|function\s)?[`\"']?(\w{1,64})", re.IGNORECASE)
_SAY = re.compile(
    r"\b(?:reply|respond|answer|say|output|print|write|tell (?:the )?(?:user|customer)s?)\b"
    r"(?:\sonly)?(?:\s(?:with|that))?(?:\sonly)?\s{0,2}:?\s{0,2}(?:[\"“'`]([^\"”`\n]{1,300})[\"”'`]|([^\n]{1,300}))",
    re.IGNORECASE,
)
_SECRET = re.compile(r"\b(?:system prompt|your (?:instructions|prompt))\b", re.IGNORECASE)
_FOLLOWING = 3
"""How many sentences of a passage an order may take, its first included."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an injected instruction makes the model do: say something, call a tool, or tell what it was told."""

    say: str = ""
    tool: str = ""
    arguments: dict[str, Any] | None = None
    reveal: bool = False


def find(sentences: list[Sentence], cues: list[str]) -> Order | None:
    """The first injected instruction that is not fenced off."""
    for at, sentence in enumerate(sentences):
        start = None if sentence.fenced else _cue(sentence, cues)
        if start is not None:
            following = sentences[at + 1 : at + _FOLLOWING]
            rest = [s.text for s in following if s.passage == sentence.passage and not s.fenced]
            return read(" ".join([sentence.text[start:], *rest]))
    return None


def _cue(sentence: Sentence, cues: list[str]) -> int | None:
    """Where in the sentence an instruction begins; the system's own words are no injection."""
    if sentence.role == "system" and not sentence.context:
        return None
    found = CUES.search(sentence.text)
    low = sentence.text.casefold()
    start = found.start() if found else min((low.find(cue) for cue in cues if cue in low), default=-1)
    return None if start < 0 or _NEGATED.search(sentence.text[:start]) else start


def read(text: str) -> Order:
    called, said = _CALL.search(text), _SAY.search(text)
    if called and (not said or called.start() < said.start()):
        return Order(tool=called[1], arguments=_object(text[called.end() :]))
    if _SECRET.search(text) and not (said and said[1]):
        return Order(reveal=True)
    words = (said[1] or said[2]) if said else text
    return Order(say=words.strip().rstrip('"”`'))


def _object(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start : start + 2000])
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
