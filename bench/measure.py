"""Timing of whole processes: wall seconds and peak memory, as the operating system counts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run of a command."""

    seconds: float
    peak_bytes: int
    exit_code: int


def measure(command: Sequence[str], env: dict[str, str] | None = None) -> Measured:
    """Runs `command` once, its output thrown away. Raises CalledProcessError unless it ends with 0."""
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(env or {})}
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    return Measured(seconds=seconds, peak_bytes=usage.ru_maxrss * 1024, exit_code=process.returncode)


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
