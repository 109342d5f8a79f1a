"""What crosses from a candidate's process: framed JSON, read with a size cap and parsed without mercy."""

from __future__ import annotations

import json
import re
import struct

MAX_DEPTH = 64
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BadReplyError(ValueError):
    """A reply that is not the plain JSON that was agreed."""


def frame(request: dict) -> bytes:
    """`request` as 4 bytes of length and its JSON text."""
    text = json.dumps(request, allow_nan=False).encode()
    return struct.pack(">I", len(text)) + text


def parse(raw: bytes) -> object:
    """The value in `raw`. Refuses NaN, infinities (also `1e999`), duplicate keys, lone surrogates, text that is not
    UTF-8, integers beyond Python's digit limit, and nesting deeper than `MAX_DEPTH`. Raises BadReplyError."""
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_duplicates
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
        _check_text(value)
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


def _check_text(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadReplyError("it holds half a character (a lone surrogate)") from None
