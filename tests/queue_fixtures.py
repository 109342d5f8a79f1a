"""Workers as processes on a Postgres of our own, and batches for them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
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
    output: str = ""
    """What went to standard output; whole once it has ended."""

    def __post_init__(self) -> None:
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_output)]
        for reader in self.readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip())

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        self.output = self.process.stdout.read()

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    def ended(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended and all that it said is read."""
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code


def start(*words: str, store: str, **environment: str) -> Process:
    """Starts `grade …`."""
    variables = {**os.environ, "GRADER_STORE": store, **environment}
    return Process(
        subprocess.Popen([GRADE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)
    )


@contextlib.contextmanager
def all_ended() -> Iterator[list[Process]]:
    """Processes that are put into the list are gone afterwards, whatever happens."""
    started: list[Process] = []
    try:
        yield started
    finally:
        for one in started:
            if one.process.poll() is None:
                one.kill()
            one.ended()


def worker(folder: Path, store: str, slots: int = 1, **environment: str) -> Process:
    words = ["--challenges", str(folder), "--slots", str(slots), "--stalled", STALLED]
    return start("worker", *words, store=store, **environment)


def scripted(store: str, work: Path, slots: int, stalled: float, seconds: float) -> Process:
    """Starts a worker whose sandbox is scripted (tests/scripted_worker.py)."""
    words = ["-m", "tests.scripted_worker", store, str(work), str(slots), str(stalled), str(seconds)]
    return Process(
        subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    )


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Waits for something to happen."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


@dataclass
class Engine:
    """A Docker engine that may be killed, for it is nobody else's."""

    folder: Path
    daemon: subprocess.Popen[bytes] | None = None
    containerd: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"unix://{self.folder / 'socket'}"

    def docker(self, *words: str | Path) -> str:
        done = subprocess.run(["docker", "-H", self.host, *words], check=True, capture_output=True, text=True)
        return done.stdout

    def start(self) -> None:
        """Starts dockerd; containerd is a process of its own, as where both are services."""
        (self.folder / "pid").unlink(missing_ok=True)
        socket = self.folder / "containerd.socket"
        if self.containerd is None:
            state = ["--root", self.folder / "containerd", "--state", self.folder / "containerd-state"]
            self.containerd = self._run("containerd", *state, "--address", socket)
            until(socket.exists, "containerd is there")
        alone = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"]
        roots = ["--data-root", self.folder / "data", "--exec-root", self.folder / "exec", "--containerd", socket]
        self.daemon = self._run("dockerd", *roots, "-H", self.host, "--pidfile", self.folder / "pid", *alone)
        until(self.answers, "the engine answers")

    def _run(self, *words: str | Path) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(words, stdout=log, stderr=log)

    def kill(self) -> None:
        """Kills dockerd, and it alone."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait(60)

    def stop(self) -> None:
        for process in (self.daemon, self.containerd):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(60)

    def answers(self) -> bool:
        done = subprocess.run(["docker", "-H", self.host, "version"], check=False, capture_output=True)
        return done.returncode == 0

    def containers(self) -> list[str]:
        return self.docker("ps", "-a", "--format", "{{.Names}} {{.Status}}").split("\n")[:-1]


@contextlib.contextmanager
def engine(*images: str) -> Iterator[Engine]:
    """A second engine on this machine, with copies of `images`. Needs root, as the tests' machine has it."""
    made = Engine(Path(tempfile.mkdtemp(prefix="engine-")))
    try:
        made.start()
        saved = made.folder / "images.tar"
        subprocess.run(["docker", "save", "-o", saved, *images], check=True)
        made.docker("load", "-q", "-i", saved)
        saved.unlink()
        yield made
    finally:
        if made.answers() and (left := made.docker("ps", "-aq").split()):
            made.docker("rm", "-f", *left)
        made.stop()
        subprocess.run(["umount", made.folder / "data"], check=False, capture_output=True)
        shutil.rmtree(made.folder, ignore_errors=True)
