"""What crosses from a candidate's process: framed JSON, read with a size cap and parsed without mercy."""

from __future__ import annotations

import json
import re
import struct
import sys
from typing import Any

from grader_protocol import FRAME

MAX_DEPTH = 64
LONGEST_NUMBER = 310
"""Characters of the longest whole number that a double can hold, and its sign."""
MOST_ALIKE = 100
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGE = re.compile(rb"\d{19}")
_MODULUS = sys.hash_info.modulus


class BadReplyError(ValueError):
    """A reply that is not the plain JSON that was agreed."""


class Wholes:
    """Reads whole numbers for one test, and refuses the ones that are made to stall it: Python's hash of a whole number
    is its rest by 2**61-1, so that sets and dictionaries of multiples take quadratic time."""

    def __init__(self) -> None:
        self._alike: dict[int, set[int]] = {}

    def read(self, text: str, base: int = 10) -> int:
        """The number. Raises BadReplyError for one that no double can hold, and for the hundredth of one hash."""
        try:
            number = int(text, base) if len(text) <= LONGEST_NUMBER or base != 10 else None
            if number is not None:
                float(number)
        except OverflowError:
            number = None
        if number is None:
            raise BadReplyError("a number is too large to be finite")
        if abs(number) >= _MODULUS:
            alike = self._alike.setdefault(hash(number), set())
            alike.add(number)
            if len(alike) > MOST_ALIKE:
                raise BadReplyError("large numbers are made so that Python's hash of them is the same")
        return number


def frame(request: dict[str, Any]) -> bytes:
    """`request` as 4 bytes of length and its JSON text."""
    text = json.dumps(request, allow_nan=False).encode()
    return struct.pack(FRAME, len(text)) + text


def parse(raw: bytes, wholes: Wholes | None = None) -> object:
    """The value in `raw`. Refuses NaN, numbers that are not finite as a double, duplicate keys, lone surrogates, text
    that is not UTF-8, and nesting deeper than `MAX_DEPTH`. `wholes` is shared by what one test takes in. Raises
    BadReplyError."""
    whole = (wholes or Wholes()).read if _LARGE.search(raw) else None
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=whole,
            object_pairs_hook=_no_duplicates,
        )
    except RecursionError:
        raise BadReplyError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except UnicodeDecodeError:
        raise BadReplyError("it is not UTF-8 text") from None
    except BadReplyError:
        raise
    except ValueError as problem:
        raise BadReplyError(f"it is not JSON: {str(problem)[:200]}") from None
    _check_depth(value)
    if _SURROGATE.search(raw):
        check_text(value)
    return value


def _no_constant(name: str) -> object:
    raise BadReplyError(f"{name} is not a number that JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise BadReplyError("a number is too large to be finite")
    return number


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReplyError("a key stands twice in an object")
    return found


def _check_depth(value: object) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadReplyError(f"it is nested deeper than {MAX_DEPTH} levels")
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(child for child in item.values() if isinstance(child, dict | list))
            elif isinstance(item, list):
                inner.extend(child for child in item if isinstance(child, dict | list))
        level = inner


def check_text(value: object) -> None:
    """Raises BadReplyError where a text in `value` cannot be written down."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadReplyError("it holds half a character (a lone surrogate)") from None
