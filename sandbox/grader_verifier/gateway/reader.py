"""A small simulated reader: answers from what it was given, as well as word overlap can.

The score of a sentence is the share of the question's content words, rare ones weighing more, that stand in it; words
that stand only elsewhere in the same passage count half. The best sentence is the answer; a second one joins it where
it brings at least half of what is still missing. Below the threshold the answer is not there: then it is made up,
unless the caller has said what to do in that case.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from . import orders, passages, words
from .passages import Sentence
from .records import Message

_ABSTAIN = re.compile(
    r"\b(?:don't know|do not know|cannot answer|can't answer|cannot be answered|not (?:in|covered by) the |no answer|"
    r"insufficient|(?:does not|doesn't|do not|don't) (?:contain|say|cover|answer)|lacks?|not found|unknown|abstain)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"\n]{2,120})\"|“([^”\n]{2,120})”|`([^`\n]{2,120})`|(?<!\w)'([^'\n]{2,120})'(?!\w)")
_OPENERS = ("", "", "In short: ", "According to the documents: ")
_SOME_SENTENCES = 20_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the reader makes of a conversation. `known`: it stands in the context; `ids` are those it cites."""

    text: str
    ids: tuple[str, ...] = ()
    known: bool = True
    question: str = ""
    quote: str = ""
    order: orders.Order | None = None
    abstained: bool = False


def answer(messages: tuple[Message, ...], settings: dict[str, Any], drift: float, rng: random.Random) -> Answer:
    """The answer to the question in `messages`. `drift`: chance of taking the second-best sentence."""
    sentences, question = passages.sentences(messages)
    sentences = sentences[-_SOME_SENTENCES:]
    order = orders.find(sentences, settings["cues"])
    sentences = [s for s in sentences if s.text != question and (s.context or s.text not in question)]
    context = [s for s in sentences if s.context] or [s for s in sentences if s.role != "system"]
    wanted = Counter(dict.fromkeys(words.content(question), 1))
    ranked = _rank(context, set(wanted))
    if not ranked or ranked[0][0] < settings["threshold"]:
        return _without(sentences, context, question, order, settings, rng)
    slipped = len(ranked) > 1 and rng.random() < drift
    best = ranked[1 if slipped else 0][1]
    chosen = [best, *_second(ranked, best, set(wanted))]
    ids = tuple(dict.fromkeys(sentence.id for sentence in chosen if sentence.id))
    opener = rng.choice(_OPENERS) if drift and rng.random() < drift else ""
    text = opener + " ".join(_whole(sentence.text) for sentence in chosen)
    return Answer(text=text, ids=ids, question=question, quote=best.text, order=order)


def _rank(context: list[Sentence], wanted: set[str]) -> list[tuple[float, Sentence]]:
    """Sentences with their score, best first; the earlier one where two are as good."""
    stems = [set(words.content(sentence.text)) for sentence in context]
    around: dict[int, set[str]] = {}
    for sentence, found in zip(context, stems, strict=True):
        around.setdefault(sentence.passage, set()).update(found)
    held = Counter(word for found in stems for word in found & wanted)
    weight = {word: math.log(1 + (len(context) + 1) / (held[word] + 0.5)) for word in wanted}
    whole = sum(weight.values())
    if not whole:
        return []
    scored = [
        (sum(weight[w] * (1.0 if w in found else 0.5) for w in wanted & around[sentence.passage]) / whole, sentence)
        for sentence, found in zip(context, stems, strict=True)
        if found & wanted
    ]
    return sorted(scored, key=lambda entry: -entry[0])


def _second(ranked: list[tuple[float, Sentence]], best: Sentence, wanted: set[str]) -> list[Sentence]:
    missing = wanted - set(words.content(best.text))
    for _, sentence in ranked[:20]:
        brings = missing & set(words.content(sentence.text))
        if sentence is not best and missing and len(brings) * 2 >= len(missing):
            return [sentence]
    return []


def _whole(text: str) -> str:
    text = text.strip(" -*\t")
    return text if text.endswith((".", "!", "?")) else text + "."


def _without(
    sentences: list[Sentence],
    context: list[Sentence],
    question: str,
    order: orders.Order | None,
    settings: dict[str, Any],
    rng: random.Random,
) -> Answer:
    """The context lacks the answer."""
    told = next((s for s in sentences if not s.context and s.role != "tool" and _ABSTAIN.search(s.text)), None)
    if told is not None and rng.random() < settings["obeys"]:
        quoted = [text for found in _QUOTED.findall(told.text) if len(text := "".join(found)) > 3]
        text = quoted[-1] if quoted else settings["unknown"]
        return Answer(text=text, known=False, question=question, order=order, abstained=True)
    topic = " ".join(word for word in words.WORD.findall(question)[:40] if word.casefold() not in words.STOP) or "this"
    text = rng.choice(settings["inventions"]).replace("{topic}", topic)
    ids = tuple([sentence.id for sentence in context if sentence.id][:1])
    return Answer(text=text, ids=ids, known=False, question=question, order=order)
