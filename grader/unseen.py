"""Characters that no reader sees: what they are is said here, once, for file names, pages, terminals and the judge.

They are what Unicode calls default ignorable (its list is closed: code points that are not assigned yet are in it),
blank letters and patterns, control characters, format characters without a shape, half surrogates. A joiner that
correct spelling needs (Persian, Hindi, emoji of several parts) changes what is seen, and is none of them.
"""

from __future__ import annotations

import json
import re
from typing import Any

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, for a character class."""
BLANK = "\u2800\U0001d159\U00016fe4\U00013441\U00013442"
"""Characters of other kinds that are drawn as nothing: the empty Braille pattern, a notehead without a head, …"""
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202f\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U00013430-\U00013440"

_EMOJI = "©®‼⁉™ℹ\u2190-\u27ff\u2801-\u3163\u3165-\u3299\U0001f000-\U0001faff"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2"
"""Signs after which a joiner chooses between two ways of writing."""
_TO_BOTH_SIDES = (
    "\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf"
    "\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u06ff\u0750-\u0758\u075c-\u076a\u076d-\u0770\u0772\u0775-\u0777"
    "\u077a-\u077f"
)
"""Arabic letters that join the next one; only after them does a non-joiner change anything (RFC 5892, appendix A.1)."""
_TO_THE_LETTER_BEFORE = (
    f"{_TO_BOTH_SIDES}\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0"
    "\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779"
)
_VOWEL = "\u064b-\u065f\u0670"
_NEEDED = (
    f"[{_EMOJI}]\ufe0f",
    "[0-9#*]\ufe0f(?=\u20e3)",
    f"[{_EMOJI}\ufe0f]\u200d(?=[{_EMOJI}])",
    f"[{_TO_BOTH_SIDES}][\u200c\u200d](?=[{_TO_THE_LETTER_BEFORE}])",
    f"[{_TO_BOTH_SIDES}][{_VOWEL}][\u200c\u200d](?=[{_TO_THE_LETTER_BEFORE}])",
    f"[{_VIRAMA}][\u200c\u200d]",
    f"[\u0900-\u0dff]\u200d(?=[{_VIRAMA}])",
)
"""Where a joiner or a selector is part of correct spelling: what stands before it, itself, what must follow."""

UNSEEN = re.compile(f"[{IGNORABLE}{BLANK}{_CONTROL}]" + "".join(f"(?<!{place})" for place in _NEEDED))
"""One character that no reader sees. Line breaks and tabs are not counted in; where they do not belong (in a name), the
caller says so."""
JOINERS = "\u200c\u200d"


def escaped(text: str) -> str:
    """`text` with every character that no reader sees written as an escape, `\\u200b`; in linear time."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def json_text(data: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """`data` as JSON in which nothing is hidden: what no reader sees, and what turns text around, stands as `\\u202e`.
    Programs read the same data; a person, a terminal or a diff sees what is there. Raises ValueError for NaN."""
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only, allow_nan=False)
    return text if text.isascii() else UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """`text` with half characters (lone surrogates, which no file can hold) replaced by U+FFFD."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)
