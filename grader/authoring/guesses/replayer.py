"""Answers without reading a question: by what was replied to other data, at the same place, in the same test, after the
same reply, to as many bytes. `answers.json` beside it says which of these, and holds what was recorded.

Runs in the candidate's container, where it does what a hostile submission can: it counts its calls, knows the number of
its process, leaves a count of the processes before it in a counter of the kernel, and looks how much waits to be read.
"""

from __future__ import annotations

import array
import fcntl
import json
import os
import random
import socket
import sys
import termios
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

VERIFIER = 3
PACKETS = 1000
"""Packets on the loopback that stand for one process; what else goes over it is far less."""

Call = list[Any]
"""Name, bytes that wait, bytes of the arguments, number of the reply."""


class Memory:
    """What was recorded, and how far this process has come."""

    def __init__(self) -> None:
        given = json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))
        self.by: str = given["by"]
        self.replies: list[Any] = given["replies"]
        self.tests: list[list[Call]] = given["tests"]
        """Calls of each test, in the order in which the tests ran."""
        self.numbers: list[int] = given["numbers"]
        """Of the process of each test."""
        self.rng = random.Random(f"{given['draw']}:{os.getpid()}")  # noqa: S311 - chance to compare with
        self.own: list[Call] = []
        self.past: list[int] = []
        """Numbers of the replies so far."""

    def begin(self, waiting: int, size: int) -> None:
        """Chooses the test whose calls are replayed."""
        if self.by == "test":
            self.own = self.tests[min(processes_before(), len(self.tests) - 1)]
        elif self.by == "number":
            nearest = min(range(len(self.numbers)), key=lambda n: abs(self.numbers[n] - os.getpid()))
            self.own = self.tests[nearest]
        elif self.by == "list":
            firsts = [test for test in self.tests if test]
            self.own = min(firsts, key=lambda test: abs(test[0][1] + test[0][2] - waiting - size), default=[])

    @cache  # noqa: B019 - there is one, as long as its process lives
    def all(self, name: str) -> list[Call]:
        return [call for test in self.tests for call in test if call[0] == name]

    def choose(self, name: str, size: int) -> int | None:
        """The number of the reply; None where nothing of that name was recorded."""
        known, place = self.all(name), len(self.past)
        if not known:
            return None
        if self.by in ("test", "number", "list"):
            at = self.own[place] if place < len(self.own) else self.own[-1] if self.own else known[0]
            return int(at[3]) if at[0] == name else self.usual(name)
        if self.by == "place":
            there = [test[place] for test in self.tests if place < len(test) and test[place][0] == name]
            return most(there) if there else self.usual(name)
        if self.by == "last":
            return self.next(name, self.past[-1] if self.past else None)
        if self.by == "size":
            return int(min(known, key=lambda call: abs(call[2] - size))[3])
        return int(self.rng.choice(known)[3]) if self.by == "chance" else self.usual(name)

    @cache  # noqa: B019
    def usual(self, name: str) -> int:
        return most(self.all(name))

    @cache  # noqa: B019
    def next(self, name: str, last: int | None) -> int:
        """What was replied most often after the reply `last`."""
        return most([call for before, call in self.steps() if before == last and call[0] == name] or self.all(name))

    @cache  # noqa: B019
    def steps(self) -> list[tuple[int | None, Call]]:
        """Each call with the number of the reply before it in its test."""
        pairs: list[tuple[int | None, Call]] = []
        for test in self.tests:
            pairs += zip([None, *(call[3] for call in test)], test, strict=False)
        return pairs


def most(calls: list[Call]) -> int:
    """Number of the commonest reply."""
    return int(Counter(call[3] for call in calls).most_common(1)[0][0])


def processes_before() -> int:
    """How many processes of this submission there were: each leaves packets on the loopback for the next ones."""
    try:
        with open("/proc/net/dev", encoding="ascii") as counters:
            line = next(line for line in counters if line.strip().startswith("lo:"))
        before = int(line.split(":")[1].split()[1]) // PACKETS
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind(("127.0.0.1", 0))
            for _ in range(PACKETS):
                own.sendto(b"x", own.getsockname())
                own.recv(1)
    except (OSError, StopIteration):
        return 0
    return before


def queued() -> int:
    count = array.array("i", [0])
    try:
        fcntl.ioctl(VERIFIER, termios.FIONREAD, count)
    except OSError:
        return 0
    return count[0]


class Interface:
    """What is imported as the module, and what is given for an object: whatever it is asked for is a function."""

    def __init__(self, memory: Memory) -> None:
        self.__dict__["__memory"] = memory

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        memory: Memory = self.__dict__["__memory"]

        def call(*args: Any, **kwargs: Any) -> Any:
            size = len(json.dumps([args, kwargs], default=repr))
            if not memory.past:
                memory.begin(queued(), size)
            number = None if memory.by == "silence" else memory.choose(name, size)
            memory.past.append(-1 if number is None else number)
            reply = None if number is None else memory.replies[number]
            return Interface(memory) if reply == {"made": True} else reply

        return call


if __name__ not in ("__main__", "grader.authoring.guesses.replayer"):
    sys.modules[__name__] = Interface(Memory())  # type: ignore[assignment]
