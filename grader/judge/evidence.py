"""Quotes checked against the files: a quote that is not there is dropped and counted, and so is a mere claim."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from grader.judge.documents import View
from grader.judge.prompt import MAX_EVIDENCE
from grader.judge.reply import Quote
from grader.records import Evidence
from grader.submission.sanitise import compact, plain
from grader.submission.speech.phrases import CLAIM

MIN_QUOTE = 8
"""Characters without white space below which a quote could stand anywhere and shows nothing."""
MAX_QUOTE = 4_000
_NUMBERED = re.compile(r"^[ \t]*+\d++\|[ ]?", re.MULTILINE)
MAX_QUOTES = 40
"""Quotes of one reply that are looked for; a few are asked for."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Evidence that was found in the files, and what was dropped, by reason."""

    evidence: tuple[Evidence, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


def check(quotes: Sequence[Quote], views: Sequence[View], *, about_code: bool) -> Checked:
    """The quotes that stand in the files, white space aside, with the lines where they stand. For a criterion about
    code, a quote out of a comment, a docstring or a document is a claim; so are, everywhere, praise of the work,
    pasted test logs and badges."""
    kept: list[Evidence] = []
    dropped: Counter[str] = Counter()
    if len(quotes) > MAX_QUOTES:
        dropped["more than were asked for"] += len(quotes) - MAX_QUOTES
    for quote in quotes[:MAX_QUOTES]:
        found, problem = _locate(quote, views)
        if found is None:
            dropped[problem] += 1
        elif is_claim(found[0], found[1], about_code=about_code):
            dropped["a claim, not proof"] += 1
        elif found[1] in kept:
            dropped["given twice"] += 1
        elif len(kept) == MAX_EVIDENCE:
            dropped["more than were asked for"] += 1
        else:
            kept.append(found[1])
    return Checked(evidence=tuple(kept), dropped=dict(dropped))


def _locate(quote: Quote, views: Sequence[View]) -> tuple[tuple[View, Evidence] | None, str]:
    path = quote.path.strip().removeprefix("./")
    item = next((item for item in views if path in (item.shown, item.path)), None)
    if item is None:
        return None, "the file is not among those shown"
    for text in (quote.quote, _NUMBERED.sub("", quote.quote)):
        wanted = compact(plain(text, markup=False).text)
        if not MIN_QUOTE <= len(wanted) <= MAX_QUOTE:
            return None, "too short or too long to show anything"
        place = _place(item, wanted, quote.start_line)
        if place is not None:
            first, last = place
            lines = "\n".join(item.lines[first : last + 1])
            return (item, _evidence(item, first, last, text, lines)), ""
    return None, "not in the file"


def _evidence(item: View, first: int, last: int, text: str, lines: str) -> Evidence:
    """The quote as it stands in the file where the judge's own spacing differs."""
    quote = text.strip("\n") if text.strip() in lines else lines
    return Evidence(path=item.path, start_line=item.numbers[first], end_line=item.numbers[last], quote=quote)


def _place(item: View, wanted: str, claimed: int) -> tuple[int, int] | None:
    """Indices of the first and last line of `wanted` in `item`; of several, the one nearest to `claimed`."""
    parts = [compact(line) for line in item.lines]
    whole = "".join(parts)
    starts = [0, *accumulate(len(part) for part in parts)]
    places: list[tuple[int, int]] = []
    at = whole.find(wanted)
    while at >= 0 and len(places) < 1_000:
        first = bisect.bisect_right(starts, at) - 1
        last = bisect.bisect_left(starts, at + len(wanted)) - 1
        places.append((first, last))
        at = whole.find(wanted, at + 1)
    return min(places, key=lambda place: abs(item.numbers[place[0]] - claimed), default=None)


def is_claim(item: View, evidence: Evidence, *, about_code: bool) -> bool:
    """Whether a quote only says something about the work instead of being it."""
    if CLAIM.search(" ".join(evidence.quote.split())):
        return True
    return about_code and not _holds_code(item, evidence)


def _holds_code(item: View, evidence: Evidence) -> bool:
    if item.kind != "code":
        return False
    quoted = compact(evidence.quote)
    held = 0
    for number, line in zip(item.numbers, item.code_only, strict=False):
        if evidence.start_line <= number <= evidence.end_line:
            part = compact(line)
            held += len(part) if part in quoted else len(quoted) if quoted in part else 0
    return held >= MIN_QUOTE
