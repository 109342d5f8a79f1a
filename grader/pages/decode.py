"""A candidate's bytes as text, and how they were read.

In this order: a byte order mark, UTF-8, the file's own declaration (PEP 263), a guess by charset-normalizer. What holds
NUL bytes or cannot be read as text is binary: listed, never shown.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]{1,40})")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = 32_768
"""Bytes that a guess may look at: more changes nothing and costs seconds."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Text of a file, with line ends as `\\n`, and the encoding that it was read with."""

    text: str
    encoding: str
    note: str = ""
    """What a reader should know about the encoding; empty for plain UTF-8."""


def decode(content: bytes) -> Decoded | None:
    """`content` as text; None for a binary file."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            found = _read(content, encoding)
            note = f"read as {encoding}, by its byte order mark"
            return None if found is None else Decoded(text=found, encoding=encoding, note=note)
    if b"\0" in content:
        return None
    plain = _read(content, "utf-8")
    if plain is not None:
        return Decoded(text=plain, encoding="utf-8")
    declared = _declared(content)
    if declared:
        found = _read(content, declared)
        if found is not None:
            return Decoded(text=found, encoding=declared, note=f"read as {declared}, as its first lines say")
    return _guess(content)


def _read(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(content: bytes) -> str | None:
    for line in content[:400].splitlines()[:2]:
        found = _DECLARED.match(line)
        if found:
            return found[1].decode("ascii")
    return None


def _guess(content: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_GUESSED]).best()
    if best is None:
        return None
    text = content.decode(best.encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text=text, encoding=best.encoding, note=f"read as {best.encoding}, which is a guess")
