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
from functools import lru_cache

from grader.judge.code import kind_of
from grader.judge.phrases import PATTERNS

WINDOW = 700
"""Characters of folded text (about ten lines) within which phrases are weighed together."""
ADDRESSES = 4
"""Weight from which text addresses the grader."""
AS_DATA = 6
"""The same where such text is usually data: in fixtures, tests, prompts, quotations."""
MAX_TURNED = 40_000
"""Characters of a file up to which rot13 and reversed text are looked for."""
_MOST_SIGNS = 4
_LONGEST_SIGN = 4
MAX_FINDINGS = 20
"""Findings per file that are reported."""
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
    return scan(path, text, hidden)[0]


def scan(path: str, text: str, hidden: Sequence[str] = ()) -> tuple[tuple[Finding, ...], frozenset[str]]:
    """As `findings`, and the kinds of phrases in `text`, whatever they weigh: what an order that is split over files
    is put together from."""
    folded = _fold(text)
    hits = sorted([*_hits(folded), *_encoded(text, folded)], key=lambda hit: hit.start)
    found = list(_in_text(path, folded, hits, AS_DATA if _is_data(path) else ADDRESSES))
    found += _in_hidden(path, hidden)
    name = re.sub(r"[_\-./]+", " ", path)
    named = _hits(_fold(name))
    if _weight(named) >= 3 and {"award", "override"} & {hit.kind for hit in named}:
        found.append(_finding(path, 0, named, name))
    return tuple(found), frozenset(hit.kind for hit in hits)


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
    """Lower case, look-alike letters replaced, left marks of comments and quotations dropped; lines kept."""
    text = _composed(text).casefold()
    if not text.isascii():
        text = "".join(_latin(word) for word in re.split(r"(\W+)", text))
    return _LEFT_MARKS.sub("", text)


def _composed(text: str) -> str:
    """`text` in Unicode form NFKC, in linear time and without swelling: signs beyond a few on one letter are dropped
    (putting them in order takes their number squared), and a sign that stands for a whole phrase stays itself."""
    if text.isascii():
        return text
    letters = set(text)
    signs = "".join(c for c in letters if unicodedata.combining(c))
    if signs:
        text = re.sub(rf"([{re.escape(signs)}]{{{_MOST_SIGNS}}})[{re.escape(signs)}]++", r"\1", text)
    long = {ord(c): " " for c in letters if len(unicodedata.normalize("NFKC", c)) > _LONGEST_SIGN}
    return unicodedata.normalize("NFKC", text.translate(long) if long else text)


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


def _in_text(path: str, folded: str, hits: Sequence[_Hit], enough: int) -> Iterable[Finding]:
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
        if _weight(near) >= AS_DATA or not heavy or not all(map(quoted, heavy)):  # as examples in a text are quoted
            last, found = max(hit.end for hit in near), found + 1
            line = bisect.bisect_right(lines, first.start)
            yield _finding(path, line, near, folded[first.start : first.start + 240])


def _gives_orders(hits: Sequence[_Hit]) -> bool:
    """Whether something is asked for: a topic and a name for the reader alone are how honest notes begin."""
    return bool({hit.kind for hit in hits} - {"target", "address", "pressure", "authority"}) or _weight(hits) >= 5


def _inside_marks(folded: str, fences: Sequence[int], hit: _Hit) -> bool:
    """Whether a phrase stands in quotation marks, backticks or a code fence."""
    if bisect.bisect_left(fences, hit.start) % 2:
        return True
    before = folded[max(0, hit.start - 160) : hit.start].rpartition("\n")[2]
    after = folded[hit.end : hit.end + 160].partition("\n")[0]
    pairs = (('"', '"'), ("`", "`"), ("“", "”"), ("«", "»"))
    return any(opening in before and closing in after for opening, closing in pairs)


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
