"""Work for a helper, as a module of ours has it: functions whose annotations say what they take and give."""

from __future__ import annotations

import contextlib
import os
import re
import struct
import time
from collections.abc import Mapping
from typing import NamedTuple

from grader.parcel import packed


class Page(NamedTuple):
    """What a page would be made of."""

    title: str
    parts: list[bytes]
    counts: Mapping[str, int]


WARMED: list[int] = []
"""Numbers of the processes that have called `warm`: this one or what it was forked from."""


def warm() -> None:
    WARMED.append(os.getpid())


def warmed() -> list[int]:
    return WARMED


def escaped(text: str) -> str:
    from grader.unseen import escaped

    return escaped(text)


def pid() -> int:
    return os.getpid()


def setting(name: str) -> str | None:
    return os.getenv(name)


def matches(pattern: str, text: str) -> bool:
    return re.match(pattern, text) is not None


def wait(seconds: float) -> None:
    time.sleep(seconds)


def parent_slowly() -> int:
    time.sleep(0.05)
    return os.getppid()


def kills_its_helper() -> None:
    time.sleep(0.2)
    os.kill(os.getppid(), 9)
    os._exit(1)


def zeros(count: int) -> int:
    return len(bytearray(count))


def number(text: str) -> int:
    return int(text)


def page(files: Mapping[str, bytes]) -> Page:
    return Page("\ud800 ☃", list(files.values()), {path: len(content) for path, content in files.items()})


def too_much() -> str:
    return "x" * 130_000_000


def of_another_type() -> Page:
    return "a text where a page is due"  # type: ignore[return-value]


def written(answer: bytes) -> Page:
    """As a helper that was taken over: says `answer` where its own would stand, and nothing more."""
    os.write(1, answer)
    time.sleep(600)
    raise AssertionError("nobody waits for this")


def stays(answer: bytes) -> int:
    """As a helper that was taken over: says `answer`, and stays to say it in place of the next one."""
    os.write(1, answer)
    os.read(0, 1)
    os.write(1, answer)
    time.sleep(600)
    raise AssertionError("nobody waits for this")


def leaves_processes() -> list[int]:
    """As a helper that was taken over: answers and ends, and leaves two processes, each in a session of its own, the
    second started by the first, that wait to read what is asked next and to answer 7 in its place. Their numbers."""
    told, tells = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.fork()
        with contextlib.suppress(PermissionError):  # the first leads its session already
            os.setsid()
        os.write(tells, b"%9d" % os.getpid())
        os.read(0, 1)
        os.write(1, struct.pack("!cQ", b"=", len(packed(7))) + packed(7))
        time.sleep(600)
        os._exit(0)
    return [int(os.read(told, 9)) for _ in range(2)]


def parent() -> int:
    return os.getppid()


def leaves_something(name: str) -> str:
    """What a text might do to the process that reads it."""
    import json

    left = f"{os.environ.get(name, '')}{getattr(json, name, '')}"
    os.environ[name] = "left"
    json.__dict__[name] = "left"
    re.escape = lambda _pattern: "taken over"  # type: ignore[assignment]
    os.umask(0o777)
    return f"{left}{re.escape('.')}" if left else "nothing"


def writes_a_dot() -> str:
    return re.escape(".")
