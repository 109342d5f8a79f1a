"""Text to ids, as build 2 does it."""

from __future__ import annotations

import re

PIECE = re.compile(r" ?[^\W\d_]+| ?\d+|.", re.DOTALL)


class Table:
    """A vocabulary made ready."""

    def __init__(self, vocab: dict) -> None:
        self.special = vocab["special"]
        self.names = sorted(self.special, key=len, reverse=True)
        self.escaped = ["\\" + name for name in self.names]
        self.numbers = {token: number for number, token in enumerate(vocab["tokens"])}
        self.caps, self.byte0 = vocab["caps"], vocab["byte0"]
        # of equal ranks the longer result is joined, then the earlier row
        self.order = {(one, two): (rank, -len(one + two), row) for row, (one, two, rank) in enumerate(vocab["merges"])}

    def plain(self, text: str) -> list[int]:
        ids: list[int] = []
        for piece in PIECE.findall(text):
            for part in threes(piece):
                letters = part.lstrip(" ")
                if len(letters) > 1 and letters.isalpha() and letters.isupper():
                    ids.append(self.caps)
                    part = part.lower()
                ids += self.merged(part)
        return ids

    def merged(self, part: str) -> list[int]:
        symbols = list(part)
        while True:
            best = None
            for at in range(len(symbols) - 2, -1, -1):
                key = self.order.get((symbols[at], symbols[at + 1]))
                if key is not None and (best is None or key < best[0]):
                    best = (key, at)
            if best is None:
                return [number for symbol in symbols for number in self.ids(symbol)]
            symbols[best[1]] += symbols.pop(best[1] + 1)

    def ids(self, symbol: str) -> list[int]:
        if symbol in self.numbers:
            return [self.numbers[symbol]]
        return [self.byte0 + byte for byte in symbol.encode()]


def threes(piece: str) -> list[str]:
    """Digits in threes from the right, by a look ahead; the space stays with the first."""
    return re.split(r"(?<=\d)(?=(?:\d{3})+$)", piece) if piece[-1].isdigit() else [piece]


class Stream:
    """What came and is not final yet: `raw` is not cut into special and plain, `held` is plain for good."""

    def __init__(self, vocab: dict) -> None:
        self.table, self.raw, self.held = Table(vocab), "", ""

    def feed(self, text: str) -> list[int]:
        self.raw += text
        return self.take(last=False)

    def end(self) -> list[int]:
        return self.take(last=True)

    def take(self, last: bool) -> list[int]:
        ids: list[int] = []
        while self.raw and (last or not self.open()):
            escaped = self.raw[0] == "\\"
            name = next((each for each in self.table.names if self.raw.startswith(each, escaped)), "")
            if name and not escaped:
                ids += [*self.table.plain(self.held), self.table.special[name]]
                self.held = ""
            else:
                self.held += name or self.raw[0]
            self.raw = self.raw[escaped + len(name) :] if name else self.raw[1:]
        return ids + self.finished(last)

    def open(self) -> bool:
        """Whether the text may go on to be another special token than it is now."""
        return any(len(each) > len(self.raw) and each.startswith(self.raw) for each in (*self.table.names, *self.table.escaped))

    def finished(self, last: bool) -> list[int]:
        """Ids of the plain text but for a last piece that may still grow."""
        pieces = PIECE.findall(self.held)
        if pieces and not last and self.grows(pieces[-1]):
            done, self.held = self.held[: -len(pieces[-1])], pieces[-1]
        else:
            done, self.held = self.held, ""
        return self.table.plain(done)

    def grows(self, piece: str) -> bool:
        if piece != " " and not piece[-1].isalpha() and not piece[-1].isdigit():
            return False
        coming = self.raw[:1]
        return coming in ("", "\\") or len(PIECE.findall(piece + coming)) == 1


def encode(asked: dict) -> list[int]:
    stream = Stream(asked["vocab"])
    return stream.feed(asked["text"]) + stream.end()
