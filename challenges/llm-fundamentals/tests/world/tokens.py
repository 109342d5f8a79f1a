"""The tokenizer that runs: text to ids, whole and in a stream. `doc` names rules that are taken as the document has them."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Collection, Iterable
from typing import Any

RULES = ("escape", "digits", "rightmost", "longer", "caps")
"""Where what runs differs from the document, or the document says nothing."""
PIECE = re.compile(r" ?[^\W\d_]+| ?\d+|.", re.DOTALL)
SYLLABLES = "ba ra na lo ti mo ke su ven dar sol mi aa ss oo".split()
OPEN = ("<|end|>", "<|turn|>", "<|end|><|turn|>", "<|tool|>", "<|", "[end]")
Vocab = dict[str, Any]


def vocabulary(rng: random.Random) -> Vocab:
    """Characters, merges with ranks of which many are equal, special tokens of which some begin alike."""
    tokens = list("abcdefghijklmnopqrstuvwxyz 0123456789.,<|>[]\\-_:!")
    rng.shuffle(tokens)
    merges: dict[tuple[str, str], int] = {}
    for _ in range(90):
        word = rng.choice(("", " ")) + "".join(rng.choices(SYLLABLES, k=3))
        parts = list(word)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(parts) - 1)
            pair = (parts[at], parts[at + 1])
            merges.setdefault(pair, rng.randrange(9))
            parts[at : at + 2] = ["".join(pair)]
    for pair in (("a", "a"), ("s", "s"), ("o", "o"), ("0", "0"), ("1", "2"), ("2", "3")):
        merges.setdefault(pair, rng.randrange(4))
    tokens += [joined for joined in dict.fromkeys("".join(pair) for pair in merges) if joined not in tokens]
    rows = [[*pair, rank] for pair, rank in merges.items()]
    rng.shuffle(rows)
    first = len(tokens) + 10
    special = {name: first + at for at, name in enumerate(rng.sample(OPEN, len(OPEN)))}
    return {"tokens": tokens, "merges": rows, "special": special, "caps": first + 20, "byte0": first + 30}


def encode(vocab: Vocab, text: str, doc: Collection[str] = ()) -> list[int]:
    """Ids of the whole text."""
    ids: list[int] = []
    for special, part in cut(vocab, text, doc):
        ids += [vocab["special"][part]] if special else plain(vocab, part, doc)
    return ids


def cut(vocab: Vocab, text: str, doc: Collection[str] = ()) -> Iterable[tuple[bool, str]]:
    """Special tokens and what stands between them; an escaped one is plain, and loses its backslash."""
    names = sorted(vocab["special"], key=len, reverse=True)
    at, held = 0, ""
    while at < len(text):
        escaped = text[at] == "\\" and "escape" not in doc
        found = next((name for name in names if text.startswith(name, at + escaped)), "")
        if escaped and found:
            held, at = held + found, at + 1 + len(found)
        elif found and not escaped:
            if held:
                yield False, held
            yield True, found
            held, at = "", at + len(found)
        else:
            held, at = held + text[at], at + 1
    if held:
        yield False, held


def plain(vocab: Vocab, text: str, doc: Collection[str] = ()) -> list[int]:
    ids: list[int] = []
    for piece in PIECE.findall(text):
        for part in parts_of(piece, doc):
            letters = part.lstrip(" ")
            if "caps" not in doc and len(letters) > 1 and letters.isalpha() and letters.isupper():
                ids.append(vocab["caps"])
                part = part.lower()
            ids += merged(vocab, part, doc)
    return ids


def parts_of(piece: str, doc: Collection[str]) -> list[str]:
    """A run of digits in threes, counted from its right end; anything else as it is."""
    digits = piece.lstrip(" ")
    if not digits.isdigit():
        return [piece]
    head = 3 if "digits" in doc else len(digits) % 3 or 3
    cuts = [digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3))]
    return [piece[: len(piece) - len(digits)] + cuts[0], *cuts[1:]]


_READY: dict[int, tuple[Vocab, dict[tuple[str, str], tuple[int, int]], dict[str, int]]] = {}


def ready(vocab: Vocab) -> tuple[dict[tuple[str, str], tuple[int, int]], dict[str, int]]:
    """Rank and row of each pair, and the id of each token; made once for a vocabulary."""
    if id(vocab) not in _READY:
        rows = {(one, two): (rank, at) for at, (one, two, rank) in enumerate(vocab["merges"])}
        _READY[id(vocab)] = (vocab, rows, {token: number for number, token in enumerate(vocab["tokens"])})
    return _READY[id(vocab)][1:]


def merged(vocab: Vocab, part: str, doc: Collection[str]) -> list[int]:
    """Lowest rank first; of equal ranks the longer result, then the earlier row; of equal pairs the rightmost."""
    rows, numbers = ready(vocab)
    symbols = list(part)
    while True:
        best = None
        for at, pair in enumerate(itertools.pairwise(symbols)):
            if pair in rows:
                rank, row = rows[pair]
                length = 0 if "longer" in doc else -len("".join(pair))
                key = (rank, length, row, at if "rightmost" in doc else -at)
                best = min(best, (key, at)) if best else (key, at)
        if best is None:
            break
        at = best[1]
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
    return [
        number
        for symbol in symbols
        for number in ([numbers[symbol]] if symbol in numbers else [vocab["byte0"] + byte for byte in symbol.encode()])
    ]


class Stream:
    """The same ids, each as soon as no text that may still come can change it."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab, self.raw, self.held = vocab, "", ""
        self.names = sorted(vocab["special"], key=len, reverse=True)

    def feed(self, text: str) -> list[int]:
        self.raw += text
        return self._take(last=False)

    def end(self) -> list[int]:
        return self._take(last=True)

    def _take(self, last: bool) -> list[int]:
        ids: list[int] = []
        at = 0
        while at < len(self.raw):
            rest = self.raw[at:]
            if not last and any(
                name != rest and name.startswith(rest) for each in self.names for name in (each, "\\" + each)
            ):
                break
            escaped = rest[0] == "\\"
            found = next((name for name in self.names if rest.startswith(name, int(escaped))), "")
            if found and not escaped:
                ids += [*plain(self.vocab, self.held), self.vocab["special"][found]]
                self.held = ""
            else:
                self.held += found or rest[0]
            at += escaped + len(found) if found else 1
        self.raw = self.raw[at:]
        pieces = PIECE.findall(self.held)
        keep = ""
        if pieces and not last and grows(pieces[-1], self.raw[:1]):
            keep = pieces[-1]
        done = self.held[: len(self.held) - len(keep)]
        self.held = keep
        return ids + plain(self.vocab, done)


def grows(piece: str, coming: str) -> bool:
    """Whether what comes next may belong to the same piece; `coming` is the next character where it is known."""
    if not (piece == " " or piece[-1].isalpha() or piece[-1].isdigit()):
        return False
    return not coming or coming == "\\" or len(PIECE.findall(piece + coming)) == 1
