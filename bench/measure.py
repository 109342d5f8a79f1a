"""Timing of whole processes: wall seconds, peak memory and processor time, as the operating system counts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run of a command."""

    seconds: float
    peak_bytes: int
    exit_code: int
    own_cpu: float
    """Seconds of processor of the command and of what it waited for."""
    all_cpu: float
    """Seconds of processor that the whole machine used meanwhile, the engine and its containers included; says
    something where nothing else runs."""


def measure(command: Sequence[str], env: dict[str, str] | None = None) -> Measured:
    """Runs `command` once, its output thrown away. Raises CalledProcessError unless it ends with 0."""
    began, before = time.monotonic(), machine_cpu()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(env or {})}
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds, cpu = time.monotonic() - began, machine_cpu() - before
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    own = usage.ru_utime + usage.ru_stime
    return Measured(
        seconds=seconds, peak_bytes=usage.ru_maxrss * 1024, exit_code=process.returncode, own_cpu=own, all_cpu=cpu
    )


def machine_cpu() -> float:
    """Seconds of processor that this machine has used since it was started, of all its processors."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def engine() -> str:
    """The engine and the version of its cgroups, for a ratio says something of these only."""
    format_ = "{{.ServerVersion}}, cgroup v{{.CgroupVersion}}, {{.DefaultRuntime}}, {{.NCPU}} cores"
    done = subprocess.run(["docker", "info", "--format", format_], capture_output=True, text=True, check=True)
    return f"engine {done.stdout.strip()}"


def interleaved(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[Measured]]:
    """`runs` of each command in turn, A B A B …, after one of each that is not counted."""
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            measured = measure(command)
            if number:
                found[name].append(measured)
    return found


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """`median (min–max)` in seconds."""
    return f"{median(values):.3f} s ({min(values):.3f}–{max(values):.3f})"


def ratio(above: Sequence[float], below: Sequence[float]) -> str:
    """Median of the ratios pair by pair, with their range."""
    pairs = [a / b for a, b in zip(above, below, strict=True)]
    return f"{median(pairs):.2f}× ({min(pairs):.2f}–{max(pairs):.2f})"
