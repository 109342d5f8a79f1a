"""Text of others inside our own Markdown."""

from __future__ import annotations

import re

from grader.pages.text import clean

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$&]")
_START = re.compile(r"^([-+=#]|\d+[.)](?=\s|$))")
_LINKED = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"
"""Invisible and without width: a renderer looks for mentions and addresses in its finished text, where neither a
backslash nor an entity is left."""


def escaped(text: str) -> str:
    """`text` on one line, in which Markdown, HTML, mentions, issue links and addresses stay the text they are."""
    flat = " ".join(clean(text).split())
    shown = _LINKED.sub(lambda found: found[0] + _JOINER, _SPECIAL.sub(r"\\\g<0>", flat))
    return _START.sub(_at_start, shown)


def _at_start(found: re.Match[str]) -> str:
    """The escape of what would begin a list, a heading or a rule."""
    return f"{found[1][:-1]}\\{found[1][-1]}"
