"""Where a submission speaks to whoever grades it, or holds what a reader does not see: places, for people. Pure.

No place is a fault by itself, and none says anything about quality, for or against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.aside.serving import busy_with
from grader.submission.code import kind_of
from grader.submission.sanitise import Plain, plain
from grader.submission.shares import shares
from grader.submission.speech import detect
from grader.unseen import UNSEEN

MOST_SEARCHED = 600_000
"""Characters that are searched over all files; what is over is taken from the end of the largest."""
MOST_HIDDEN = 60_000
"""Characters of one hidden piece that are searched."""
MOST_OF_A_FILE = 20
"""Lines of one file that are told of each kind: spoken, hidden, unseen."""
MOST = 100
"""Places that are told in all."""
SPELLED = "tag characters"
UNSEEN_KIND = "unseen characters"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line that speaks to a grader, hides something, or both."""

    path: str
    line: int
    """From 1; 0 for the file's name, or the file as a whole."""
    kinds: tuple[str, ...]
    """Kinds of phrases as `detect` has them, kinds of what is hidden as `sanitise` has them, `UNSEEN_KIND`."""
    unseen: int = 0
    """Characters on the line that nobody sees."""
    says: str = ""
    """What characters say that nobody sees."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """All places of a submission, by path and line. `cut`: files of which only the beginning was searched."""

    places: tuple[Place, ...] = ()
    cut: int = 0
    more: int = 0
    """Places that are not told."""


def places(texts: Mapping[str, str | None], instruction: str = "") -> Places:
    """The places in `texts` (path → text; None for what is none, whose name alone is looked at). `instruction`: the
    challenge's, which tells whether judges are what the work is about."""
    orders = detect.about_orders(instruction)
    given = shares([len(text or "") for text in texts.values()], MOST_SEARCHED)
    found: list[Place] = []
    pieces = []
    for (path, text), share in zip(texts.items(), given, strict=True):
        busy_with(path)
        own, kinds = _of_file(path, (text or "")[:share], orders=orders)
        found += own
        pieces.append((path, kinds))
    known = {place.path for place in found}
    found += [
        Place(path=path, line=0, kinds=("split over files",))
        for path in detect.spread_over(pieces)
        if path not in known
    ]
    cut = sum(len(text or "") > share for text, share in zip(texts.values(), given, strict=True))
    return Places(places=tuple(found[:MOST]), cut=cut, more=max(0, len(found) - MOST))


def _of_file(path: str, text: str, *, orders: detect.Orders) -> tuple[list[Place], frozenset[str]]:
    seen = plain(text, markup=kind_of(path) == "document")
    spoken, kinds = detect.scan(path, seen.text, orders=orders)
    parts = [Place(path=path, line=one.line, kinds=one.kinds) for one in spoken[:MOST_OF_A_FILE]]
    parts += _hidden(path, seen)
    parts += _unseen(path, text)
    return _by_line(parts), kinds


def _hidden(path: str, seen: Plain) -> Iterator[Place]:
    for (line, kind), said in zip(seen.places[:MOST_OF_A_FILE], seen.hidden, strict=False):
        spoken = tuple(name for one in detect.in_hidden(path, (said[:MOST_HIDDEN],)) for name in one.kinds)
        yield Place(path=path, line=line, kinds=(*spoken, kind), says=said[:240] if kind == SPELLED else "")


def _unseen(path: str, text: str) -> Iterator[Place]:
    """Lines with characters that nobody sees and that no spelling needs."""
    counted: Counter[int] = Counter()
    at, line = 0, 1
    for found in UNSEEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        if line not in counted and len(counted) == MOST_OF_A_FILE:
            break
        counted[line] += 1
    yield from (Place(path=path, line=line, kinds=(UNSEEN_KIND,), unseen=count) for line, count in counted.items())


def _by_line(parts: Iterable[Place]) -> list[Place]:
    """One place a line, with all that is on it."""
    lines: dict[int, list[Place]] = {}
    for place in parts:
        lines.setdefault(place.line, []).append(place)
    return [
        Place(
            path=of_line[0].path,
            line=line,
            kinds=tuple(dict.fromkeys(kind for place in of_line for kind in place.kinds)),
            unseen=sum(place.unseen for place in of_line),
            says=" ".join(place.says for place in of_line if place.says)[:240],
        )
        for line, of_line in sorted(lines.items())
    ]
