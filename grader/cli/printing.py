"""The last words of a command on standard output: what the run came to stands whether they can be printed or not."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from typing import TextIO

import click

from grader.errors import InfrastructureError
from grader.unseen import UNSEEN


def say(text: str, *, kept: str) -> None:
    """Prints `text`. A reader that has gone changes nothing about the run. Raises InfrastructureError, with `kept`, a
    clause on where the result is, where it cannot be printed."""
    try:
        click.echo(text)
    except BrokenPipeError:
        silence()
    except OSError as problem:
        silence()
        raise InfrastructureError(f"{kept}, but could not be printed: {problem.strerror or problem}.") from problem


class Shown(io.TextIOWrapper):
    """Standard output of the program. Whatever a command prints, and whoever wrote it: what no reader sees, and what
    steers a terminal, goes out as an escape (`\\u001b`, so that JSON stays the same JSON). Commands make a text one
    line by `visible`; this stands behind them, for the one that forgot."""

    def write(self, text: str) -> int:
        return super().write(UNSEEN.sub(_escape, text))


def _escape(found: re.Match[str]) -> str:
    ends_a_line = found[0] == "\r" and found.string[found.end() : found.end() + 1] == "\n"
    return found[0] if ends_a_line else json.dumps(found[0])[1:-1]


def _shown(stream: TextIO) -> TextIO:
    """`stream`, by way of `Shown`. Click would go round a stream in ASCII, and write UTF-8."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding = stream.encoding if stream.encoding.lower() not in {"ascii", "us-ascii", "ansi_x3.4-1968"} else "utf-8"
    lines = stream.line_buffering
    return Shown(stream.detach(), encoding=encoding, errors="backslashreplace", line_buffering=lines)


def silence() -> None:
    """Lets what is still waiting to be printed go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_streams() -> None:
    """Opens what was closed when the command was started, as some schedulers do, so that no file of ours gets its
    number; and lets a text be printed in whatever encoding there is."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = _shown(sys.stdout)


def end_streams() -> str:
    """Writes out what is still held. Why that could not be done, except for a reader that has gone; else empty."""
    problem = ""
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except BrokenPipeError:
            continue
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or str(error)
    return problem
