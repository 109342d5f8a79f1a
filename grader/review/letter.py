"""When the text for a candidate may go out: nothing of a draft stands in it. Pure."""

from __future__ import annotations

import re

from grader.errors import UsageError, visible

_PLACEHOLDER = re.compile(r"(?<![\\\w\])])\[[^\W\d_][^\[\]\n]+\](?![(\[:])")
"""`[your name]`, which somebody was to fill in; no link of Markdown, no `[1]`, no bracket that is escaped."""


_OPEN = re.compile(r"\{\{(?!\s*name\s*\}\})[^{}\n]*\}\}")
_BLANK = re.compile(r"^([ \t]*)[-*][ \t][^\n]*:[ \t]*$(?!\n+\1[ \t]+\S)", re.MULTILINE)
"""A line of a list that ends in a colon, with nothing that belongs to it."""


def filled_in(letter: str) -> None:
    """Raises UsageError where the letter of a stage leaves open what its draft left to its sender. `{{ name }}` may
    stand: who writes it need not know it, and the candidate's own page fills it in."""
    left = list(dict.fromkeys(_OPEN.findall(letter)))
    left += [found[0].strip() for found in _BLANK.finditer(letter)]
    if left:
        named = "; ".join(visible(one, 80) for one in left[:5])
        raise UsageError(f"The letter is still a draft, with nothing behind: {named}. Fill it in or take it out.")


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
