"""When the text for a candidate may go out: nothing of a draft stands in it. Pure."""

from __future__ import annotations

import re

from grader.errors import UsageError, visible

_PLACEHOLDER = re.compile(r"(?<![\\\w\])])\[[^\W\d_][^\[\]\n]+\](?![(\[:])")
"""`[your name]`, which somebody was to fill in; no link of Markdown, no `[1]`, no bracket that is escaped."""


def finished(letter: str) -> None:
    """Raises UsageError where a letter that is to go out still holds what a draft asks to fill in or to take out."""
    left = list(dict.fromkeys(_PLACEHOLDER.findall(re.sub(r"`[^`\n]*`", "", letter))))
    if "<!--" in letter:
        left.append("the comment <!-- … --> about the draft")
    if left:
        named = ", ".join(visible(one, 80) for one in left[:5])
        raise UsageError(
            f"The letter is still a draft: {named}. Fill in what stands in square brackets, take the comment out, then "
            "release it."
        )
