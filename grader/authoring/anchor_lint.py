"""Whether each piece of work fits exactly one level: anchors that only ask for more, each with all that the one below
asks for. What two people stumbled on when they rated real work, as a heuristic on words; its findings are advice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.challenge.rubric import Criterion

_SAID = "said|stated|named|given|reported|explained|shown|mentioned|considered|compared|measured|tried|counted|fixed"
_ABSENT = re.compile(
    rf"(?:(?:^|[.;:,]|\band|\bor|\bbut|\bwith)\s+(?:no|none|nothing|neither|nobody|nowhere)\b"
    rf"|\b(?:is|are|was|were)\s+(?:not|never|nowhere)\s+(?:{_SAID})\b"
    rf"|\b(?:is|are)\s+(?:missing|absent|lacking)\b|\bit is open\b|\bha(?:s|ve)\s+(?:no|none|neither)\b"
    rf"|(?<!with or )\bwithout\s+(?:saying|any|naming|giving))[^.;,]{{0,40}}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:exactly|at most|no more than|fewer than|less than|only)\s+(?:one|two|three|four|five|\d+)\b"
    r"|\b(?:one or two|two or three|three or four|a single)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:as|like|above)\s+(?:level\s+)?[1-9]\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\bthe\s+(instruction|specification|spec|brief)s?\s+(?:does not|do not|did not|lists?|names?|leaves?)\b"
    r"|\b(unlisted|not listed)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\((?:(?:for example|such as|e\.g\.|like)\b[^()]*|[^()]*[,;][^()]*)\)", re.IGNORECASE)
_SPELT_OUT = re.compile(r"\s*(?:\w+\s)?\([^()]{20,}\)")
_LINES = re.compile(r"\b(?:first|last)\s+(?:ten|five|twenty|\d+)\s+lines\b", re.IGNORECASE)


def misfits(criterion: Criterion) -> Iterator[tuple[int, str]]:
    """(level, what a text could fall through), in the order of the levels. The lowest level may say what is absent: it
    is where nothing else holds."""
    levels = sorted(criterion.levels)
    for level in levels[1:]:
        absent = _ABSENT.search(_without_examples(criterion.levels[level]))
        most = _AT_MOST.search(criterion.levels[level])
        if absent:
            text = "demands that something is absent: work that has it, and not the whole next level, fits none"
            yield level, f"{_quoted(absent)} {text}; say only what is there"
        if most:
            yield level, f"{_quoted(most)} is a limit from above: work with more of it fits no level; say `at least`"
    for level in [level for level in levels[2:] if not _REFERS.search(criterion.levels[level])][:1]:
        yield level, f"does not say that it holds all of level {level - 1}: begin with `As level {level - 1}, and`"
    yield from _unsettled(criterion)


def _without_examples(anchor: str) -> str:
    """An anchor without its lists of examples in brackets: a case that is named there, as `(nothing found, no reply)`,
    is what is looked for."""
    return _LISTED.sub(" ", anchor)


def _unsettled(criterion: Criterion) -> Iterator[tuple[int, str]]:
    """Words that whoever sees only the evidence files cannot settle."""
    files = ", ".join(criterion.evidence)
    elsewhere = [(n, anchor, found) for n, anchor in criterion.levels.items() for found in _ELSEWHERE.finditer(anchor)]
    if elsewhere and not any(_SPELT_OUT.match(anchor, found.end()) for _, anchor, found in elsewhere):
        level, _, found = elsewhere[0]
        yield level, f"{_quoted(found)} cannot be settled from {files}: put what it names into the anchor, in brackets"
    for level, anchor in criterion.levels.items():
        lines = _LINES.search(anchor)
        if lines:
            yield level, f"{_quoted(lines)} hangs on where lines are broken; count words"


def _quoted(found: re.Match[str]) -> str:
    return f"`{' '.join(found[0].strip(' .;:,').split())}`"
