"""Candidate text made plain: what no reader of the page would see is removed and counted, before a judge reads it.

Lines are never added or taken away, so that a line number of the plain text is a line number of the raw file.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.unseen import BLANK, IGNORABLE

_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f")
"""Flags of Scotland, Wales, Texas, …: the one honest use of tag characters."""
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OVERRIDE = re.compile("[\u202d\u202e]")
_VARIATION = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{6,}")
"""More than any letter or emoji takes: they spell something."""
_ZERO_WIDTH = re.compile(f"[{IGNORABLE}{BLANK}]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_REFERENCE = re.compile(r"^[ ]{0,3}\[[^\]\n]{1,40}\]:[ \t]*(?:#|<>)[ \t]*[(\"'].*$", re.MULTILINE)
"""`[//]: # (text)`: a link definition that nothing uses, the usual way to hide a note in Markdown."""
_TAG = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9]{0,30})\b(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
"""An opening tag. No part of it holds a `<`, so that the search never goes over a character twice."""
_HIDES = re.compile(
    r"\shidden(?=[\s>=/]|$)|\bcolor\s{0,9}=\s{0,9}[\"']?(?:white|#fff(?:fff)?)\b|"
    r"style\s{0,9}=(?=[^<>]{0,4000}?(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|"
    r"font-size\s{0,9}:\s{0,9}0|opacity\s{0,9}:\s{0,9}0(?![.\d])|"
    r"color\s{0,9}:\s{0,9}(?:white|#fff(?:fff)?\b|transparent|rgba?\([^)<>]{0,40},\s{0,9}0\s{0,9}\))))",
    re.IGNORECASE,
)
_MOST_OF_A_TAG = 4_000
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_ROLES = re.compile(
    r"<(?=\||<SYS>>|/?s>|/?(?:system|user|assistant|developer|instructions?|submission|file|rubric)\b)|"
    r"(?<=[|<>])>(?=>)|(?<=\|)>|<(?=<)|\[(?=/?(?:INST|SYS)\])|"
    r"^(?P<role>[ \t>*#-]{0,20}(?:system|assistant|user|human|developer))(?=\s{0,9}:)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Text without what cannot be seen. `removed` counts it by kind; `hidden` is what it said."""

    text: str
    removed: Mapping[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    """The line (from 1) on which each piece of `hidden` begins, and its kind as in `removed`."""


def plain(text: str, *, markup: bool) -> Plain:
    """`text` with invisible characters removed and, in `markup` (Markdown, HTML, plain documents), comments and
    elements that a browser would not show. Counts are characters for characters, pieces for the rest."""
    taken = _Taken()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _without_invisible(text, taken)
    if markup:
        text = taken.all_of(_COMMENT, "HTML comments", text)
        text = taken.all_of(_REFERENCE, "hidden notes", text)
        text = _without_unseen(text, taken)
    return Plain(text=text, removed=dict(taken.removed), hidden=tuple(taken.hidden), places=tuple(taken.places))


class _Taken:
    """What was taken out: counted by kind, and what it said, where."""

    def __init__(self) -> None:
        self.removed: Counter[str] = Counter()
        self.hidden: list[str] = []
        self.places: list[tuple[int, str]] = []

    def says(self, said: str, kind: str, lines: Sequence[int], at: int) -> None:
        self.hidden.append(said)
        self.places.append((bisect.bisect_right(lines, at), kind))

    def piece(self, piece: str, kind: str, lines: Sequence[int], at: int) -> str:
        """Takes a piece of markup out, and leaves its line ends."""
        self.removed[kind] += 1
        self.says(piece, kind, lines, at)
        return "\n" * piece.count("\n")

    def all_of(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        lines = _starts(text)
        return pattern.sub(lambda found: self.piece(found[0], kind, lines, found.start()), text)


def _starts(text: str) -> list[int]:
    """Where each line of `text` begins."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _without_unseen(text: str, taken: _Taken) -> str:
    """`text` without elements that a browser would not show, each up to its closing tag or the end."""
    pieces, at, lines = [], 0, _starts(text)
    for found in _TAG.finditer(text):
        if found.start() < at or not _HIDES.search(found["rest"][:_MOST_OF_A_TAG]):
            continue
        end = found.end()
        if found["name"].lower() not in _VOID:
            closing = re.compile(rf"</{found['name']}\s{{0,9}}>", re.IGNORECASE).search(text, end)
            end = closing.end() if closing else len(text)
        piece = taken.piece(text[found.start() : end], "unseen elements", lines, found.start())
        pieces += [text[at : found.start()], piece]
        at = end
    return "".join([*pieces, text[at:]])


def _without_invisible(text: str, taken: _Taken) -> str:
    if text.isascii() and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return text
    removed = taken.removed
    flags = len(_FLAG.findall(text))
    text = _FLAG.sub("\U0001f3f4", text)
    lines = _starts(text)
    for tags in _TAGS.finditer(text):
        taken.says(_spelled(tags[0]), "tag characters", lines, tags.start())
    for selectors in _SELECTORS.finditer(text):
        taken.says(_selected(selectors[0]), "variation selectors", lines, selectors.start())
    if (turned := _OVERRIDE.search(text)) is not None:
        taken.says("\u202e", "direction marks", lines, turned.start())
    for kind, pattern in (
        ("tag characters", _TAGS),
        ("direction marks", _BIDI),
        ("variation selectors", _VARIATION),
        ("zero-width characters", _ZERO_WIDTH),
    ):
        text, count = pattern.subn("", text)
        removed[kind] += count
    removed["variation selectors"] += flags
    text = _without_categories(text, removed)
    for kind in [kind for kind, count in removed.items() if not count]:
        del removed[kind]
    return text


def _spelled(tags: str) -> str:
    """What tag characters say: each stands for an ASCII character."""
    return "".join(chr(ord(c) - 0xE0000) for c in tags if 0xE0020 <= ord(c) < 0xE007F)


def _selected(run: str) -> str:
    """What variation selectors say: each stands for a byte, or where there are only sixteen of them for half a byte."""
    codes = bytes(ord(c) - 0xFE00 if c <= "\ufe0f" else ord(c) - 0xE0100 + 16 for c in run)
    if max(codes) < 16:
        codes = bytes(high * 16 + low for high, low in zip(codes[::2], codes[1::2], strict=False))
    return codes.decode("utf-8", "replace")


def _without_categories(text: str, removed: Counter[str]) -> str:
    gone = {c for c in set(text) if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    gone |= {c for c in set(text) if unicodedata.category(c) in {"Zl", "Zp"}}
    if gone:
        removed["control characters"] += sum(text.count(c) for c in gone)
        text = text.translate({ord(c): None for c in gone})
    return text


def neutral(text: str) -> str:
    """`text` in which no token can close a delimiter or open another speaker's turn.

    Only spaces are put in, never a character changed or taken, so that a quote can still be found in the raw file
    when spaces are left out of the comparison.
    """
    return _ROLES.sub(lambda found: found[0] + " ", text)


def compact(text: str) -> str:
    """`text` without any white space: what quotes are compared by."""
    return "".join(text.split())
