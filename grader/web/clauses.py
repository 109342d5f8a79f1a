"""An anchor taken apart into what can be ticked one by one: half of a rater's time goes into "is every part there"."""

from __future__ import annotations

import re

_OPENING, _CLOSING = "([{“„«", ")]}”»"
_SHORTEST = 12
"""Letters below which a piece is no claim of its own and stays with the one before it."""
_END = re.compile(r"(?:[.;!?]|,(?= and (?:at least|for at least|it is|how|what|an?|the|one|two|nothing)\b))(?=\s)")


def clauses(anchor: str) -> tuple[str, ...]:
    """The parts of `anchor`, in order; joined by blanks they are the anchor. One without parts is returned whole."""
    text = " ".join(anchor.split())
    cuts = [found.end() for found in _END.finditer(text) if _depth(text, found.start()) == 0]
    pieces = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    merged: list[str] = []
    for piece in pieces:
        if merged and (len(piece) < _SHORTEST or len(merged[-1]) < _SHORTEST or _is_reference(merged[-1])):
            merged[-1] = f"{merged[-1]} {piece}".strip()
        elif piece:
            merged.append(piece)
    return tuple(merged)


def _depth(text: str, at: int) -> int:
    """How many brackets are open before `at`; inside straight quotation marks counts as one."""
    before = text[:at]
    brackets = sum(before.count(sign) for sign in _OPENING) - sum(before.count(sign) for sign in _CLOSING)
    return max(0, brackets) + before.count('"') % 2


def _is_reference(piece: str) -> bool:
    """`As level 3.` says nothing that could be ticked alone."""
    return re.fullmatch(r"As (?:level )?\d[.;,]?", piece) is not None
