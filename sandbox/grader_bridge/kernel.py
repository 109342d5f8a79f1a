"""What the kernel says about this container: its control group's counters, for this process and for the verifier.

The verifier reads most of them itself, through descriptors that pid 1 opens before candidate code runs and hands over:
nothing that candidate code does can stand between the kernel and the clock. Both versions of control groups; what a
kernel does not count is left out.
"""

from __future__ import annotations

import contextlib
import math
import os

GROUPS = "/sys/fs/cgroup"
COUNTERS = (
    "cpuacct/cpuacct.usage", "cpu/cpu.stat", "cpu.stat",
    "memory/memory.usage_in_bytes", "memory/memory.max_usage_in_bytes", "memory/memory.stat",
    "memory.current", "memory.peak", "memory.stat",
)  # fmt: skip
"""Files of version 1 stand in a folder for each controller, those of version 2 in one."""
OWN_TIME = "schedstat"
PROCESSES = "proc"
PAGE = os.sysconf("SC_PAGE_SIZE")
LIMITS = ("memory/memory.limit_in_bytes", "memory.max")
TABLES = ("tcp", "tcp6", "udp", "udp6")
SHARE_OF_SOCKETS = 0.5
"""Of the container's memory, for what waits in its sockets. In version 1 of control groups the kernel does not count
that for the container, and an engine has no way to have it counted; so pid 1 looks."""


def counters(root: str = GROUPS, proc: str = "/proc") -> tuple[list[str], list[int]]:
    """Names of the counters that there are, and an open descriptor for each; `schedstat` is this process's own, and
    `proc` the folder in which the kernel shows the processes of this container."""
    named = {name: f"{root}/{name}" for name in COUNTERS} | {OWN_TIME: f"{proc}/self/{OWN_TIME}", PROCESSES: proc}
    names, ends = [], []
    for name, path in named.items():
        with contextlib.suppress(OSError):
            ends.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            names.append(name)
    return names, ends


def times_of(pid: int, proc: str = "/proc") -> list[int]:
    """A descriptor of how long the first thread of `pid` has run and waited to run, and one of what it asked of the
    scheduler; none where nobody counts that."""
    ends: list[int] = []
    try:
        for name in (OWN_TIME, "stat"):
            ends.append(os.open(f"{proc}/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC))  # noqa: PERF401 - kept one by one
    except OSError:
        for end in ends:
            os.close(end)
        return []
    return ends


def running(proc: str = "/proc") -> int:
    """Threads that compute or want to, of all processes but pid 1. One that ends meanwhile is not among them."""
    found = 0
    for pid in os.listdir(proc):
        if pid.isdigit() and pid != "1":
            with contextlib.suppress(OSError):
                tasks = f"{proc}/{pid}/task"
                found += sum(_state(f"{tasks}/{thread}/stat") in "RD" for thread in os.listdir(tasks))
    return found


def _state(path: str) -> str:
    """A letter: R is running or ready, D waits for a device."""
    try:
        with open(path, errors="replace") as file:
            return file.read().rpartition(") ")[2][:1] or "X"
    except OSError:
        return "X"


def socket_room(root: str = GROUPS) -> float:
    """Bytes that may wait in the sockets of this container; without end where its memory has no limit."""
    for name in LIMITS:
        with contextlib.suppress(OSError, ValueError), open(f"{root}/{name}") as file:
            return int(file.read()) * SHARE_OF_SOCKETS
    return math.inf


def socket_memory(proc: str = "/proc") -> int:
    """Bytes that the kernel holds for all sockets of the internet on this machine. Quick to read, where `queued` walks
    through all the places that a machine has for connections, and takes milliseconds."""
    with contextlib.suppress(OSError), open(f"{proc}/self/net/sockstat") as file:
        words = [line.split() for line in file]
        return PAGE * sum(int(line[line.index("mem") + 1]) for line in words if "mem" in line)
    return 0


def queued(proc: str = "/proc") -> int:
    """Bytes that wait in the sockets of the internet of this network: sent and not taken in, received and not read."""
    found = 0
    for table in TABLES:
        with contextlib.suppress(OSError), open(f"{proc}/self/net/{table}") as file:
            next(file, None)
            for line in file:
                sent, _, received = line.split(None, 5)[4].partition(":")
                found += int(sent, 16) + int(received, 16)
    return found


def is_full(folder: str) -> bool:
    """Whether a limited file system has less than a page, or no file, left."""
    with contextlib.suppress(OSError):
        left = os.statvfs(folder)
        return left.f_blocks > 0 and (left.f_bavail < 1 or (left.f_files > 0 and left.f_favail < 1))
    return False


def cgroup_counts(root: str = GROUPS) -> dict[str, int]:
    """How often the kernel killed for memory and refused a process, as this container's control group counts it; its
    highest memory in bytes."""
    counts = {}
    for name, path, key in (
        ("memory_kills", "memory.events", "oom_kill"),
        ("memory_kills", "memory/memory.oom_control", "oom_kill"),
        ("process_refusals", "pids.events", "max"),
        ("process_refusals", "pids/pids.events", "max"),
    ):
        with contextlib.suppress(OSError), open(f"{root}/{path}") as file:
            counts[name] = next((int(line.split()[1]) for line in file if line.split()[:1] == [key]), 0)
    for path in ("memory.peak", "memory/memory.max_usage_in_bytes"):
        with contextlib.suppress(OSError), open(f"{root}/{path}") as file:
            counts["container_peak_memory"] = int(file.read())
    return counts
