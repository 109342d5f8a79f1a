"""Stands in the place of the reference's module, and says on standard output what the reference replies.

A line a call: name, bytes that wait behind it, bytes of its arguments, number of its reply, number of the process, and
the reply where it is new. Runs in the candidate's container, beside the reference.
"""

from __future__ import annotations

import array
import fcntl
import importlib
import json
import os
import sys
import termios
from collections.abc import Callable
from typing import Any

REAL = "recorded_original"
VERIFIER = 3
"""Descriptor that requests come in by."""
LONGEST = 20_000
"""Characters of a reply that are kept; a longer one is no reply to pass on."""
_seen: dict[str, int] = {}


class Kept:
    """An object of the reference that stays in its process; calls of its methods are recorded too."""

    def __init__(self, real: Any) -> None:
        self.recorded_original = real

    def __getattr__(self, name: str) -> Any:
        return watched(name, getattr(self.recorded_original, name))


class Interface:
    """What is imported as the module, so that no name of this file stands before one of the reference's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        module = importlib.import_module((__package__ + "." if __package__ else "") + REAL)
        return watched(name, getattr(module, name))


def watched(name: str, value: Any) -> Any:
    return recording(name, value) if callable(value) else value


def recording(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        waiting, size = queued(), size_of(args, kwargs)
        args = tuple(arg.recorded_original if isinstance(arg, Kept) else arg for arg in args)
        result = function(*args, **kwargs)
        try:
            text = json.dumps(result, allow_nan=False)
        except (TypeError, ValueError):
            say(name, waiting, size, "")
            return Kept(result)
        say(name, waiting, size, text)
        return result

    return call


def queued() -> int:
    """Bytes of further requests that are there already: how long the list is, told before it is read."""
    count = array.array("i", [0])
    try:
        fcntl.ioctl(VERIFIER, termios.FIONREAD, count)
    except OSError:
        return 0
    return count[0]


def size_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    return len(json.dumps([args, kwargs], default=repr))


def say(name: str, waiting: int, size: int, text: str) -> None:
    text = text if len(text) <= LONGEST else ""
    new = text not in _seen
    number = _seen.setdefault(text, len(_seen))
    line = {"recorded": [name, waiting, size, number], "process": os.getpid(), **({"reply": text} if new else {})}
    sys.stdout.write("\n" + json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ not in ("__main__", "grader.authoring.guesses.recorder"):
    sys.modules[__name__] = Interface()  # type: ignore[assignment]
