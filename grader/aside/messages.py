"""What goes between a process and its helper: messages of a kind and a size, and the types of what they hold."""

from __future__ import annotations

import math
import select
import struct
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

from grader.errors import visible
from grader.parcel import ParcelError, unpacked

MOST_ANSWER = 128_000_000
"""Bytes of an answer: a page takes a few million, what a judge is shown ten times that."""
_MOST_WORDS = 20_000
"""Bytes of a sentence from the helper."""
MOST_SHOWN = 300
_HEAD = struct.Struct("!cQ")
_MOST = {b"?": _MOST_WORDS, b"#": 2 * MOST_ANSWER, b"=": MOST_ANSWER, b"!": _MOST_WORDS, b"@": _MOST_WORDS}
"""Bytes of a message, by its kind: what is to be done, with what; a value, a reason, what the helper is busy with."""
PATIENCE = 12
"""So many times its processor time a helper may take by the clock: the machine may be busy."""


@lru_cache(maxsize=64)
def signature(work: Callable[..., object]) -> tuple[list[Any], Any]:
    """The types that `work` takes, in order, and the one that it gives."""
    hints = get_type_hints(work)
    gives = hints.pop("return")
    return list(hints.values()), gives


def words(body: bytes) -> str:
    """A sentence, or a name, from the helper: fit to be shown."""
    return visible(str(unpacked(body, str)), MOST_SHOWN)


def received(pipe: Any, until: float, kinds: bytes) -> tuple[bytes, bytes]:
    """The next message, which has to be one of `kinds`. Raises ParcelError, TimeoutError, EOFError."""
    kind, size = _HEAD.unpack(exactly(pipe, _HEAD.size, until))
    if kind not in kinds:
        raise ParcelError("a message of another kind")
    if size > _MOST[kind]:
        raise ParcelError(f"{size:,} bytes, and {_MOST[kind]:,} are allowed")
    return kind, exactly(pipe, size, until)


def exactly(pipe: Any, size: int, until: float) -> bytes:
    parts: list[bytes] = []
    ready = select.poll()  # `select` takes no descriptor above 1023, and a server may have many
    ready.register(pipe, select.POLLIN)
    while size:
        left = until - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000 if left < math.inf else None):
            raise TimeoutError
        part = pipe.read(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(pipe: Any, kind: bytes, body: bytes) -> None:
    left = memoryview(_HEAD.pack(kind, len(body)) + body)
    while left:
        left = left[pipe.write(left) :]
