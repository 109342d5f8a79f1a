"""Words as the reader and the embeddings compare them: content words, cut to their stem."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]{1,40}")
_STOPPED = """
a about after all also am an and any are as at be been before but by can could did do does for from get had has
have he her here him his how i if in into is it its just like long many may me more most much my no not now of on
one only or other our out over own per please she should so some such take than that the their them then there
these they this to too under up us very was we were what when where which who whose why will with would you your
tell know give answer question
"""
STOP = frozenset(_STOPPED.split())
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "ly", "es", "s", "e", "y")


def stem(word: str) -> str:
    """`word` without its commonest English ending, where at least three letters stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in WORD.findall(text.casefold()) if word not in STOP]
