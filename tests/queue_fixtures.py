"""Workers as processes on a Postgres of our own, and batches for them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.batch_fixtures import SUMS

GRADE = str(Path(sys.executable).with_name("grade"))
STALLED = "3"
"""Seconds after which a worker counts as dead here."""


def pack(folder: Path) -> Path:
    """A folder of challenges with one, whose limits a busy machine keeps too."""
    shutil.copytree(SUMS, folder / "sums")
    manifest = folder / "sums" / "challenge.yaml"
    patient = manifest.read_text().replace("call: 2s, total: 20s", "call: 20s, total: 200s")
    assert "call: 20s" in patient
    manifest.write_text(patient)
    return folder


def inbox(folder: Path, count: int) -> Path:
    """Submissions that differ, each with the reference's points."""
    for number in range(count):
        shutil.copytree(SUMS / "solution", folder / f"s{number:02d}")
        (folder / f"s{number:02d}" / "note.txt").write_text(str(number))
    return folder


@dataclass
class Process:
    """A command of ours under way, its lines as they come."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip())

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    def ended(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended and all that it said is read."""
        code = self.process.wait(seconds)
        self.reader.join(10)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code


def start(*words: str, store: str, **environment: str) -> Process:
    """Starts `grade …`."""
    variables = {**os.environ, "GRADER_STORE": store, **environment}
    return Process(
        subprocess.Popen([GRADE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=variables)
    )


def worker(folder: Path, store: str, slots: int = 1, **environment: str) -> Process:
    words = ["--challenges", str(folder), "--slots", str(slots), "--stalled", STALLED]
    return start("worker", *words, store=store, **environment)


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Waits for something to happen."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)
