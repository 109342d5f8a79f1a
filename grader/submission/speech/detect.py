"""Finds text that addresses the grader. It sends the submission to a person; it never lowers a level.

Phrases are weighed within a window of a few lines, because a single one is common in honest work on guards, judges and
prompts. Text in quotation marks, code fences and files of fixtures has to weigh more: there, orders are usually data.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from grader.submission.code import kind_of
from grader.submission.speech.disguise import passages
from grader.submission.speech.letters import bare, composed, latin
from grader.submission.speech.phrases import LATIN, PATTERNS

WINDOW = 700
"""Characters of folded text (about ten lines) within which phrases are weighed together."""
ADDRESSES = 4
"""Weight from which text addresses the grader."""
AS_DATA = 6
"""The same where such text is usually data: in fixtures, tests, prompts, quotations."""
MAX_TURNED = 40_000
"""Characters of a file up to which rot13 and reversed text are looked for."""
_MET = re.compile(r"\binject(?:ed|ions?)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:judge|grader|rater|attack|attacker|injection|jailbreak)s?\b", re.IGNORECASE)
MAX_FINDINGS = 20
"""Findings per file that are reported."""
_FIXTURES = re.compile(
    r"fixture|test|attack|inject|adversar|red.?team|eval|data|sample|example|prompt|guard|malicious|jailbreak|judge|corpus|cases",
    re.IGNORECASE,
)
_LEFT_MARKS = re.compile(r"^[ \t]*(?:#+|//+|/?\*+|--|>+|\||;|%|\"{3}|'{3})?[ \t]*", re.MULTILINE)
_BLOB = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,4000}={0,2}(?![A-Za-z0-9+/=])")


class Orders(IntEnum):
    """How much a challenge has to do with orders that a model may follow."""

    NONE = 0
    MET = 1
    """Its honest work holds them off, and tries itself with some."""
    SUBJECT = 2
    """Judges or attacks are what it is about, so that its honest work is full of orders."""


@dataclass(frozen=True, kw_only=True)
class SpeechFinding:
    """A passage that seems to address the grader. Lines count from 1; 0 where the place is a name or hidden text."""

    path: str
    line: int
    kinds: tuple[str, ...]
    weight: int
    text: str
    """The passage, folded and cut, for reviewers."""


@dataclass(frozen=True, kw_only=True)
class _Hit:
    kind: str
    weight: int
    start: int
    end: int


def findings(path: str, text: str, hidden: Sequence[str] = ()) -> tuple[SpeechFinding, ...]:
    """The passages of `text` (and of what was hidden in it, and of its name) that address the grader."""
    return scan(path, text, hidden)[0]


def scan(
    path: str, text: str, hidden: Sequence[str] = (), *, orders: Orders = Orders.NONE
) -> tuple[tuple[SpeechFinding, ...], frozenset[str]]:
    """As `findings`, and the kinds of phrases in `text`, whatever they weigh: what an order that is split over files
    is put together from. Orders that code quotes are examples where they are the challenge's subject, however much they
    weigh; where its work only meets them, they are no part of one that is put together."""
    folded = _fold(text)
    hits = sorted([*_hits(folded), *_encoded(text, folded), *_disguised(text, folded)], key=lambda hit: hit.start)
    code, subject = kind_of(path) == "code", orders is Orders.SUBJECT
    enough, quoted_at_all = AS_DATA if _is_data(path) else ADDRESSES, subject and code
    found = list(_in_text(path, folded, hits, enough, quoted_at_all=quoted_at_all))
    found += in_hidden(path, hidden)
    name = re.sub(r"[_\-./]+", " ", path)
    named = _hits(_fold(name))
    if _weight(named) >= 3 and {"award", "override"} & {hit.kind for hit in named}:
        found.append(_finding(path, 0, named, name))
    told = [hit for hit in hits if hit.weight >= 2 or not subject]
    told = [hit for hit in told if not _inside_marks(folded, (), hit)] if code and orders else told
    return tuple(found), frozenset(hit.kind for hit in told)


def about_orders(instruction: str) -> Orders:
    """What a challenge with this instruction has to do with judges, or with orders that a model may follow."""
    if len(_SUBJECT.findall(instruction)) >= 5:
        return Orders.SUBJECT
    return Orders.MET if _MET.search(instruction) else Orders.NONE


def spread_over(parts: Iterable[tuple[str, frozenset[str]]]) -> tuple[str, ...]:
    """Paths over which an order to the grader is split: no file says enough alone, together they do.

    Somebody is spoken to and a mark is asked for, or several files speak to the grader and one says what to ignore.
    """
    wanted = {"address", "award", "override", "authority"}
    telling = [(path, kinds) for path, kinds in parts if kinds & wanted and not _is_data(path)]
    together = frozenset().union(*(kinds for _, kinds in telling)) if telling else frozenset()
    spoken = sum("address" in kinds for _, kinds in telling)
    enough = (spoken >= 1 and "award" in together) or (spoken >= 2 and "override" in together)
    return tuple(path for path, _ in telling) if enough and len(telling) >= 2 else ()


def _is_data(path: str) -> bool:
    """Whether orders in this file are usually data: by its folders, and for all but documents by its name."""
    folders, _, name = path.rpartition("/")
    return bool(_FIXTURES.search(folders) or (kind_of(path) != "document" and _FIXTURES.search(name)))


def _fold(text: str) -> str:
    """Lower case, letters made plain, left marks of comments and quotations dropped; lines kept."""
    text = bare(composed(text).casefold())
    if not text.isascii():
        text = "".join(latin(word) for word in re.split(r"(\W+)", text))
    return _LEFT_MARKS.sub("", text)


def _hits(folded: str) -> list[_Hit]:
    joined = folded.replace("\n", " ")
    hits = [
        _Hit(kind=kind, weight=weight, start=found.start(), end=found.end())
        for kind, weight, pattern in (LATIN if folded.isascii() else PATTERNS)
        for found in pattern.finditer(joined)
    ]
    return sorted(hits, key=lambda hit: hit.start)


def _weight(hits: Iterable[_Hit]) -> int:
    """Sum over kinds of the heaviest hit of each kind: saying the same twice weighs no more."""
    best: dict[str, int] = {}
    for hit in hits:
        best[hit.kind] = max(best.get(hit.kind, 0), hit.weight)
    return sum(best.values())


def _in_text(
    path: str, folded: str, hits: Sequence[_Hit], enough: int, *, quoted_at_all: bool
) -> Iterable[SpeechFinding]:
    lines = [0, *(n + 1 for n, c in enumerate(folded) if c == "\n")]
    starts = [hit.start for hit in hits]
    fences = [found.start() for found in re.finditer("```", folded)]
    quoted = lru_cache(maxsize=None)(lambda at: _inside_marks(folded, fences, hits[at]))
    last, found = -1, 0
    for index, first in enumerate(hits):
        if first.start < last or found == MAX_FINDINGS:
            continue
        end = bisect.bisect_right(starts, first.start + WINDOW)
        near = hits[index:end]
        if _weight(near) < enough or not _gives_orders(near):
            continue
        heavy = [at for at in range(index, end) if hits[at].weight >= 2]
        sure = _weight(near) >= AS_DATA and not quoted_at_all
        if sure or not heavy or not all(map(quoted, heavy)):  # as examples in a text are quoted
            last, found = max(hit.end for hit in near), found + 1
            line = bisect.bisect_right(lines, first.start)
            yield _finding(path, line, near, folded[first.start : first.start + 240])


def _gives_orders(hits: Sequence[_Hit]) -> bool:
    """Whether something is asked for: a topic and a name for the reader alone are how honest notes begin."""
    return bool({hit.kind for hit in hits} - {"target", "address", "pressure", "authority"}) or _weight(hits) >= 5


def _inside_marks(folded: str, fences: Sequence[int], hit: _Hit) -> bool:
    """Whether a phrase stands in quotation marks, backticks or a code fence. What is disguised is never an example."""
    if hit.kind in {"disguised", "encoded"}:
        return False
    if bisect.bisect_left(fences, hit.start) % 2:
        return True
    before = folded[max(0, hit.start - 160) : hit.start].rpartition("\n")[2]
    after = folded[hit.end : hit.end + 160].partition("\n")[0]
    pairs = (('"', '"'), ("`", "`"), ("“", "”"), ("«", "»"))
    return any(opening in before and closing in after for opening, closing in pairs)


def _disguised(text: str, folded: str) -> list[_Hit]:
    """Hits for passages that give orders to the grader once they are taken apart or put together."""
    hits = []
    for start, said in passages(text):
        told = _hits(_fold(said))
        if _weight(told) >= ADDRESSES and _gives_orders(told):
            at = min(start, len(folded))
            hits.append(_Hit(kind="disguised", weight=5, start=at, end=at))
    return hits


def _encoded(text: str, folded: str) -> list[_Hit]:
    """Hits for encoded passages (base64, rot13, reversed) that say something to the grader once decoded."""
    hits = []
    for found in _BLOB.finditer(text):
        decoded = _from_base64(found[0])
        if decoded and _weight(_hits(_fold(decoded))) >= 2:
            hits.append(_Hit(kind="encoded", weight=5, start=min(found.start(), len(folded)), end=found.end()))
    if len(text) <= MAX_TURNED:
        turned = (codecs.encode(text, "rot13"), text[::-1])
        telling = [t for t in turned if _weight(hit for hit in _hits(_fold(t)) if hit.weight > 1) >= ADDRESSES]
        hits += [_Hit(kind="encoded", weight=5, start=0, end=1)] * len(telling)
    return hits


def _from_base64(blob: str) -> str:
    try:
        decoded = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return decoded if decoded.isprintable() or "\n" in decoded else ""


def in_hidden(path: str, hidden: Sequence[str]) -> Iterable[SpeechFinding]:
    """Hidden text needs little to be told: nobody hides a note from readers and means it for them."""
    for piece in hidden:
        hits = _hits(_fold(piece))
        unprintable = all(c == "\u202e" for c in piece)
        if unprintable or _weight(hits) >= 2:
            yield _finding(path, 0, hits, "characters that turn the direction of text" if unprintable else piece)


def _finding(path: str, line: int, hits: Sequence[_Hit], text: str) -> SpeechFinding:
    kinds = tuple(sorted({hit.kind for hit in hits})) or ("hidden text",)
    return SpeechFinding(path=path, line=line, kinds=kinds, weight=_weight(hits), text=" ".join(text.split())[:240])
