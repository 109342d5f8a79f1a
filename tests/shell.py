"""Runs the command line, in this process or in one of its own, and says what it left."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a command left: its exit code, what it said, and grade.json where there is one."""

    code: int
    out: str
    err: str
    grade: Mapping[str, Any] = field(default_factory=dict)


def run_here(*words: object) -> Outcome:
    """Runs `grade` with `words` in this process. The output folder is read where one is named."""
    from grader.cli import main

    out, err = io.StringIO(), io.StringIO()
    with _as_it_was(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Outcome(code=code, out=out.getvalue(), err=err.getvalue(), grade=saved(words))


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """The command line is made for a process of its own and changes how it takes signals and collects garbage."""
    thresholds = gc.get_threshold()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "grader", *(str(word) for word in words)]


def without_network() -> list[str]:
    """What is put before a command so that it has no network at all, not even a loopback: an engine is still reached
    over its socket."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    shown = subprocess.run([*alone, "cat", "/proc/net/route"], capture_output=True, text=True, check=True).stdout
    assert len(shown.splitlines()) <= 1, "there is a route"
    return alone


def run_outside(*words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Outcome:
    """As `run_here`, in a process of its own, with `env` added to its environment."""
    done = subprocess.run(
        command(*words), cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
    )
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr, grade=saved(words, cwd))


def saved(words: tuple[object, ...], cwd: Path | None = None) -> Mapping[str, Any]:
    """grade.json of the folder that `words` name with --out or -o; empty where there is none."""
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--out", "-o")]
    path = (cwd or Path()) / str(named[-1]) / "grade.json" if named else None
    return dict(json.loads(path.read_text())) if path and path.is_file() else {}
