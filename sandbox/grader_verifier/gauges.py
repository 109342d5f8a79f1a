"""What the kernel counts for the candidate's container, read in this one.

Pid 1 there opened the counters before any candidate code ran and handed the descriptors over. So they are read without
asking anybody, and what the candidate does with processes, threads or sockets is in them, whoever of its own did it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 1 << 14
NANO, MICRO = 1e-9, 1e-6
STATE, NICE, THREADS, POLICY = 0, 16, 17, 38
"""Places in /proc/PID/stat, counted from the state on."""
OURS = "1"
"""Pid 1 of the candidate's container."""


class Gauges:
    """Counters by the name that pid 1 gave them (grader_bridge/kernel.py): those of version 1 of control groups
    have a folder in theirs. What is not there, or cannot be read any more, is None: missing is not zero."""

    def __init__(self, files: Mapping[str, int]) -> None:
        self.files = dict(files)

    def close(self) -> None:
        for descriptor in self.files.values():
            os.close(descriptor)
        self.files.clear()

    def computed(self) -> float | None:
        """Processor seconds of all that ever ran in the container but pid 1, on all processors together."""
        own = times(self.files.get("schedstat"))
        text = self._text("cpuacct/cpuacct.usage")
        whole = int(text) * NANO if text else _scaled(self._text("cpu.stat"), "usage_usec", MICRO)
        return None if whole is None else whole - (own.ran if own else 0.0)

    def throttled(self) -> float:
        """Seconds for which the container had used up its share of processors, and was stopped for that."""
        first = _scaled(self._text("cpu/cpu.stat"), "throttled_time", NANO)
        return (_scaled(self._text("cpu.stat"), "throttled_usec", MICRO) if first is None else first) or 0.0

    def bridge(self) -> Times | None:
        return times(self.files.get("schedstat"))

    def ready(self) -> bool:
        """Whether a thread of the container, whoever has started it, runs or waits for nothing but a processor, and has
        asked for no less than its share. Pid 1 is not asked, and its own threads do not count."""
        there = self.files.get("proc")
        if there is None:
            return False
        try:
            return any(_ready(there, pid) for pid in os.listdir(there) if pid.isdigit() and pid != OURS)
        except OSError:  # the container has gone
            return False

    def memory(self) -> int | None:
        """Bytes that the container holds, without what the kernel keeps of files that were read: memory of processes,
        files in memory (/tmp, /dev/shm, memfd), pipes, sockets, and the kernel's own for all of that."""
        held = self.held()
        cached = self.cached()
        return None if held is None or cached is None else held - cached

    def held(self) -> int | None:
        """`memory` with cached files: cheap to read."""
        text = self._text("memory/memory.usage_in_bytes") or self._text("memory.current")
        return int(text) if text else None

    def highest(self) -> int | None:
        """The most that was ever held."""
        text = self._text("memory/memory.max_usage_in_bytes") or self._text("memory.peak")
        return int(text) if text else None

    def cached(self) -> int | None:
        """Bytes of files that were read, which the kernel may drop whenever it likes."""
        first, second = (numbers(self._text(name)) for name in ("memory/memory.stat", "memory.stat"))
        stat, whole, part = (first, "total_cache", "total_shmem") if first else (second, "file", "shmem")
        return stat[whole] - stat.get(part, 0) if whole in stat else None

    def _text(self, name: str) -> str | None:
        descriptor = self.files.get(name)
        if descriptor is None:
            return None
        try:
            return os.pread(descriptor, LONGEST, 0).decode("ascii")
        except OSError:
            return None


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long a thread has run, and how long it was ready to run and had no processor. Seconds."""

    ran: float
    waited: float


def times(descriptor: int | None) -> Times | None:
    """From a `schedstat` file; None where there is none, or its process has gone."""
    if descriptor is None:
        return None
    try:
        ran, waited, *_ = os.pread(descriptor, LONGEST, 0).split()
    except (OSError, ValueError):
        return None
    return Times(ran=int(ran) * NANO, waited=int(waited) * NANO)


def gives_way(descriptor: int | None) -> bool:
    """Whether the first thread of a process has asked for less than its share of the processors, from its `stat` file.
    It has no way back from that. One that has ended, or that nobody counts, has asked for nothing."""
    if descriptor is None:
        return False
    try:
        return _yields(_fields(descriptor))
    except (OSError, ValueError, IndexError):
        return False


def _yields(fields: list[bytes]) -> bool:
    return int(fields[NICE]) > 0 or int(fields[POLICY]) != 0


def _fields(descriptor: int) -> list[bytes]:
    return os.pread(descriptor, LONGEST, 0).rpartition(b") ")[2].split()


def _ready(there: int, pid: str) -> bool:
    """Of one process in the folder `there`. What has ended meanwhile is not ready."""
    try:
        first = _stat(there, f"{pid}/stat")
        if int(first[THREADS]) == 1 or _wants(first):
            return _wants(first)
        tasks = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=there)
    except (OSError, ValueError, IndexError):
        return False
    try:
        return any(_thread_ready(tasks, thread) for thread in os.listdir(tasks))
    except OSError:
        return False
    finally:
        os.close(tasks)


def _thread_ready(tasks: int, thread: str) -> bool:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return _wants(_stat(tasks, f"{thread}/stat"))
    return False


def _wants(fields: list[bytes]) -> bool:
    return fields[STATE] == b"R" and not _yields(fields)


def _stat(folder: int, name: str) -> list[bytes]:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return _fields(descriptor)
    finally:
        os.close(descriptor)


def numbers(text: str | None) -> dict[str, int]:
    """Lines of a name and a number."""
    return {name: int(value) for name, value in (line.split()[:2] for line in (text or "").splitlines())}


def _scaled(text: str | None, name: str, unit: float) -> float | None:
    value = numbers(text).get(name)
    return None if value is None else value * unit


class Memory:
    """The highest memory of a container in each test, above what it held before any candidate code ran.

    The kernel's own high-water mark cannot be set back from inside, so this looks every few milliseconds; where the
    mark has risen in a test, it says what was missed between two looks. Where it has not, because an earlier test held
    more, memory that is given back at once is seen a little too low: by what a processor fills in that time."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges
        self._rest = gauges.memory()
        self.begin()

    def begin(self) -> None:
        """A new test."""
        self._most, self._cached, self._cached_now = 0, 0, 0
        self._mark = self._gauges.highest()
        self.look()

    def glance(self) -> None:
        """A look, unless it cannot show anything new: for the end of each call."""
        held = self._gauges.held()
        if self._rest is not None and held is not None and held - self._cached_now - self._rest > self._most:
            self.look()

    def look(self) -> None:
        held, cached = self._gauges.held(), self._gauges.cached()
        if self._rest is None or held is None or cached is None:
            return
        self._cached_now, self._cached = cached, max(self._cached, cached)
        self._most = max(self._most, held - cached - self._rest)

    def peak(self) -> int | None:
        """Bytes in this test so far; None where the kernel does not count them."""
        if self._rest is None:
            return None
        self.look()
        mark = self._gauges.highest()
        risen = mark is not None and self._mark is not None and mark > self._mark
        return max(self._most, mark - self._cached - self._rest if risen and mark is not None else 0)
