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
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.judge.phrases import PATTERNS

WINDOW = 700
"""Characters of folded text (about ten lines) within which phrases are weighed together."""
ADDRESSES = 4
"""Weight from which text addresses the grader."""
AS_DATA = 6
"""The same where such text is usually data: in fixtures, tests, prompts, quotations."""
_FIXTURES = re.compile(
    r"fixture|test|attack|inject|adversar|red.?team|eval|data|sample|example|prompt|guard|malicious|jailbreak|judge|corpus|cases",
    re.IGNORECASE,
)
_CONFUSABLE = str.maketrans("аеорсухіјѕԁһӏвкмнтгпαβεικμνορτυχγωѵ０１３５", "aeopcyxijsdhlbkmhtrnabeikmvoptuxywv0135")
"""Letters of Cyrillic and Greek that look like Latin ones (a part of Unicode's confusables, UTS 39)."""
_LEFT_MARKS = re.compile(r"^[ \t]*(?:#+|//+|/?\*+|--|>+|\||;|%|\"{3}|'{3})?[ \t]*", re.MULTILINE)
_BLOB = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,4000}={0,2}(?![A-Za-z0-9+/=])")


@dataclass(frozen=True, kw_only=True)
class Finding:
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


def findings(path: str, text: str, hidden: Sequence[str] = ()) -> tuple[Finding, ...]:
    """The passages of `text` (and of what was hidden in it, and of its name) that address the grader."""
    as_data = bool(_FIXTURES.search(path))
    found = list(_in_text(path, text, AS_DATA if as_data else ADDRESSES))
    found += _in_hidden(path, hidden)
    name = re.sub(r"[_\-./]+", " ", path)
    hits = _hits(_fold(name))
    if _weight(hits) >= 3 and {"award", "override"} & {hit.kind for hit in hits}:
        found.append(_finding(path, 0, hits, name))
    return tuple(found)


def pieces(path: str, text: str) -> frozenset[str]:
    """The kinds of phrases in `text`, whatever they weigh: what an order split across files is put together from."""
    hits = _hits(_fold(text))
    return frozenset(hit.kind for hit in hits)


def spread_over(parts: Iterable[tuple[str, frozenset[str]]]) -> tuple[str, ...]:
    """Paths over which an order to the grader is split: no file says enough alone, together they do."""
    telling = [(path, kinds - {"target"}) for path, kinds in parts if not _FIXTURES.search(path)]
    telling = [(path, kinds) for path, kinds in telling if kinds & {"address", "award", "override", "authority"}]
    together = frozenset().union(*(kinds for _, kinds in telling)) if telling else frozenset()
    enough = len(telling) >= 2 and {"address", "award"} <= together
    return tuple(path for path, _ in telling) if enough else ()


def _fold(text: str) -> str:
    """Lower case, look-alike letters replaced, left marks of comments and quotations dropped; lines kept."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = "".join(_latin(word) for word in re.split(r"(\W+)", text))
    return _LEFT_MARKS.sub("", text)


def _latin(word: str) -> str:
    """`word` with look-alikes replaced when that makes it plain ASCII: a Russian or Greek word stays itself."""
    if word.isascii():
        return word
    turned = word.translate(_CONFUSABLE)
    return turned if turned.isascii() and any(c.isascii() for c in word) else word


def _hits(folded: str) -> list[_Hit]:
    joined = folded.replace("\n", " ")
    hits = [
        _Hit(kind=kind, weight=weight, start=found.start(), end=found.end())
        for kind, weight, pattern in PATTERNS
        for found in pattern.finditer(joined)
    ]
    return sorted(hits, key=lambda hit: hit.start)


def _weight(hits: Iterable[_Hit]) -> int:
    """Sum over kinds of the heaviest hit of each kind: saying the same twice weighs no more."""
    best: dict[str, int] = {}
    for hit in hits:
        best[hit.kind] = max(best.get(hit.kind, 0), hit.weight)
    return sum(best.values())


def _in_text(path: str, text: str, enough: int) -> Iterable[Finding]:
    folded = _fold(text)
    starts = [0, *(n + 1 for n, c in enumerate(folded) if c == "\n")]
    hits = [*_hits(folded), *_encoded(text, folded)]
    hits.sort(key=lambda hit: hit.start)
    last = -1
    for index, first in enumerate(hits):
        if first.start < last:
            continue
        near = [hit for hit in hits[index:] if hit.start - first.start <= WINDOW]
        needed = max(enough, AS_DATA) if _is_quoted(folded, near) else enough
        if _weight(near) >= needed and _gives_orders(near):
            last = max(hit.end for hit in near)
            line = bisect.bisect_right(starts, first.start)
            yield _finding(path, line, near, folded[first.start : first.start + 240])


def _gives_orders(hits: Sequence[_Hit]) -> bool:
    """Whether something is asked for: a topic and a name for the reader alone are how honest notes begin."""
    return bool({hit.kind for hit in hits} - {"target", "address", "pressure", "authority"}) or _weight(hits) >= 5


def _is_quoted(folded: str, hits: Sequence[_Hit]) -> bool:
    """Whether every weighty phrase stands in quotation marks or backticks, as examples in a text do."""
    heavy = [hit for hit in hits if hit.weight >= 2]
    return bool(heavy) and all(_inside_marks(folded, hit) for hit in heavy)


def _inside_marks(folded: str, hit: _Hit) -> bool:
    before, after = folded[max(0, hit.start - 160) : hit.start], folded[hit.end : hit.end + 160]
    line_before, line_after = before.rpartition("\n")[2], after.partition("\n")[0]
    if before.count("```") % 2 or folded[: hit.start].count("```") % 2:
        return True
    return any(
        opening in line_before and closing in line_after
        for opening, closing in (('"', '"'), ("`", "`"), ("“", "”"), ("«", "»"))
    )


def _encoded(text: str, folded: str) -> list[_Hit]:
    """Hits for encoded passages (base64, rot13, reversed) that say something to the grader once decoded."""
    hits = []
    for found in _BLOB.finditer(text):
        decoded = _from_base64(found[0])
        if decoded and _weight(_hits(_fold(decoded))) >= 2:
            hits.append(_Hit(kind="encoded", weight=5, start=min(found.start(), len(folded)), end=found.end()))
    if len(text) <= 200_000:
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


def _in_hidden(path: str, hidden: Sequence[str]) -> Iterable[Finding]:
    """Hidden text needs little to be told: nobody hides a note from readers and means it for them."""
    for piece in hidden:
        hits = _hits(_fold(piece))
        unprintable = all(c == "\u202e" for c in piece)
        if unprintable or _weight(hits) >= 2:
            yield _finding(path, 0, hits, "characters that turn the direction of text" if unprintable else piece)


def _finding(path: str, line: int, hits: Sequence[_Hit], text: str) -> Finding:
    kinds = tuple(sorted({hit.kind for hit in hits})) or ("hidden text",)
    return Finding(path=path, line=line, kinds=kinds, weight=_weight(hits), text=" ".join(text.split())[:240])
