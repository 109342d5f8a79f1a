"""Texts in each of which one rule of the tokenizer decides."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import random
import re

from grader_kit import untaken

from world.tokens import OPEN, RULES, SYLLABLES, Vocab, encode, vocabulary

OTHER = ("é", "ß", "漢", "🙂", "Ж", "A", "Q", "_", "\n", "\t", "  ", ":", "-", "!", ".", ", ")
UNSETTLED = re.compile(r"[A-ZЖ]漢|漢[A-ZЖ]|\\{3}")
"""What no recording settles: a letter without a capital form beside a capital, three backslashes in a row."""


def word(rng: random.Random) -> str:
    made = "".join(rng.choices(SYLLABLES, k=rng.randint(1, 5)))
    return rng.choice((made, made, made, made.capitalize(), made + rng.choice("aso") * rng.randint(1, 5)))


def special(rng: random.Random) -> str:
    return rng.choice((*OPEN, "<|end|>" + rng.choice(("", " ")) + "<|turn|>", "<|en", "<|turn|", "<|<|end|>"))


def bit(rng: random.Random, what: str) -> str:
    match what:
        case "escape":
            return rng.choice(("\\", "\\", "\\\\", "\\ ")) + special(rng)
        case "digits":
            return str(rng.randrange(10 ** rng.randint(3, 11)))
        case "caps":
            return rng.choice((word(rng).upper(), word(rng).upper() + "s", "A", word(rng).upper() + "2"))
        case "special":
            return special(rng)
        case "odd":
            return rng.choice(OTHER)
        case _:
            return word(rng)


def text(rng: random.Random, whats: tuple[str, ...], length: int) -> str:
    """A text of these kinds, but none that the instruction takes out of the question."""
    return untaken(lambda: joined(rng, whats, length), lambda made: bool(UNSETTLED.search(made)))


def joined(rng: random.Random, whats: tuple[str, ...], length: int) -> str:
    made = [bit(rng, rng.choice(whats)) for _ in range(length)]
    return "".join(part + rng.choice(("", " ", " ", "  ")) for part in made)[: 12 * length]


def telling(rng: random.Random, vocab: Vocab, rule: str, length: int = 4) -> str:
    """A text that the document and what runs take apart differently, by this one rule."""
    whats = (rule, "word") if rule in ("escape", "digits", "caps") else ("word",)
    length = 3 * length if rule == "longer" else length
    return untaken(lambda: text(rng, whats, length), lambda made: encode(vocab, made) == encode(vocab, made, {rule}))


def long(rng: random.Random, vocab: Vocab, whats: tuple[str, ...], rule: str) -> str:
    """A text of many kinds in which this rule decides, too."""
    return untaken(lambda: text(rng, whats, 16), lambda made: encode(vocab, made) == encode(vocab, made, {rule}))


def able(rng: random.Random) -> Vocab:
    """A vocabulary in which the length of what is joined decides often enough."""
    return untaken(lambda: vocabulary(rng), lambda vocab: not decides(rng, vocab))


def decides(rng: random.Random, vocab: Vocab) -> bool:
    made = [text(rng, ("word",), 12) for _ in range(25)]
    return sum(encode(vocab, each) != encode(vocab, each, {"longer"}) for each in made) >= 3


def mute(rng: random.Random, vocab: Vocab, whats: tuple[str, ...], length: int = 4) -> str:
    """A text that both take apart alike."""
    return untaken(lambda: text(rng, whats, length), lambda made: encode(vocab, made) != encode(vocab, made, RULES))
