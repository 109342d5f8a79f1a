"""Fuzzes the intake: `python -m tests.fuzz.intake --minutes 10 --seed 1`.

Hostile archives at random; an input that reaches a new pair of lines in `grader/submission` is kept and mutated
further.

Whatever the input, the intake must return a submission that keeps its promises or refuse with a sentence of its own,
within time and memory, without writing a file, starting a process or opening a connection.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import lzma
import os
import random
import resource
import sys
import tarfile
import tempfile
import time
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import grader.submission
from grader.errors import RefusedError, UsageError
from grader.records import Submission
from grader.submission import IntakeLimits, read_archive, read_submission, write_archive
from tests.fuzz.generate import hostile, mutated, seeds

LIMITS = IntakeLimits(
    max_files=400,
    max_bytes=1_400_000,
    max_file_bytes=1_390_000,
    max_entries=500,
    max_path_bytes=300,
    max_unpacked_bytes=3_000_000,
)
"""Small ones, so that they are hit."""
SECONDS = 5.0
"""For one input, under tracing."""
MEMORY = 200 << 20
"""Bytes by which the process may grow while the intake reads, over all inputs."""
_CODE = str(Path(grader.submission.__file__).parent)
_EFFECTS = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove", "os.chmod", "os.truncate", "socket.connect")
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")

_THEIR_ERRORS = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(ValueError, OverflowError, RuntimeError, EOFError, UserWarning),
)

Reader = Callable[[Path], Submission]


@dataclass(kw_only=True)
class Figures:
    """What a run did and found."""

    inputs: int = 0
    accepted: int = 0
    kept: int = 0
    arcs: int = 0
    slowest: float = 0.0
    """Seconds."""
    grown: int = 0
    """Bytes that the process grew by while the intake read."""
    sentences: set[str] = field(default_factory=set)
    """The distinct refusals, without names and numbers."""
    findings: dict[str, bytes] = field(default_factory=dict)
    """What went wrong, and the first input that shows it."""


class Effects:
    """Records what the interpreter does to the machine while it is watched (Python's audit events)."""

    def __init__(self) -> None:
        self._watching = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        self.seen, self._watching = [], True
        try:
            yield
        finally:
            self._watching = False

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._watching:
            return
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if writes or event in _EFFECTS or event in _STARTS:
            self.seen.append(f"{event} {arguments[0]!r:.80}")


class Arcs:
    """Pairs of lines of `grader/submission` that were run one after the other."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int, int]] = set()
        self._last: dict[int, int] = {}

    def run(self, call: Callable[[], Any]) -> bool:
        """Runs `call`; whether it reached anything new. Its exception goes through."""
        before = len(self.seen)
        old = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(old)
            self._last.clear()
        return len(self.seen) > before

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(_CODE):
            return None
        return self._line

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        if event == "line":
            key = id(frame)
            self.seen.add((frame.f_code.co_filename, self._last.get(key, 0), frame.f_lineno))
            self._last[key] = frame.f_lineno
        elif event == "return":
            self._last.pop(id(frame), None)
        return self._line


def fuzz(
    rng: random.Random,
    folder: Path,
    *,
    inputs: int = 1 << 62,
    minutes: float = 1e9,
    read: Reader = lambda path: read_submission(path, LIMITS),
    report: Callable[[Figures], None] = lambda figures: None,
) -> Figures:
    """Tries `inputs` inputs, or for `minutes`. Only `rng` decides what is tried."""
    figures, arcs, effects = Figures(), Arcs(), Effects()
    corpus = seeds()
    path = folder / "submission"
    end = time.monotonic() + minutes * 60
    while figures.inputs < inputs and time.monotonic() < end:
        fresh = figures.inputs < len(corpus)
        data = corpus[figures.inputs] if fresh else _next_input(rng, corpus)
        path.write_bytes(data)
        if _try(path, data, read, figures, arcs, effects) and not fresh and len(data) < 200_000:
            corpus.append(data)
            figures.kept += 1
        if figures.grown > MEMORY:
            figures.findings.setdefault("memory", data)
            return figures
        figures.arcs = len(arcs.seen)
        if figures.inputs % 5_000 == 0:
            report(figures)
    return figures


def _next_input(rng: random.Random, corpus: list[bytes]) -> bytes:
    if rng.random() < 0.25:
        return hostile(rng)
    recent = corpus[-60:] if rng.random() < 0.5 else corpus
    return mutated(rng, rng.choice(recent), rng.choice(corpus))


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _try(path: Path, data: bytes, read: Reader, figures: Figures, arcs: Arcs, effects: Effects) -> bool:
    """Reads one input and notes what is wrong; whether it reached new code."""
    results: list[Submission] = []
    reached = len(arcs.seen)
    problem = ""
    started, memory = time.monotonic(), _memory()
    try:
        with effects.watched():
            arcs.run(lambda: results.append(read(path)))
    except (RefusedError, UsageError) as error:
        problem = _wrong_sentence(error)
        figures.sentences.add("".join(c for c in error.message.split("'")[-1] if not c.isdigit()))
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    figures.grown += _memory() - memory
    if results:
        figures.accepted += 1
        problem = problem or _broken_promise(results[0], data)
    if effects.seen:
        problem = f"effect: {effects.seen[0]}"
    if seconds > SECONDS:
        problem = f"slow: more than {SECONDS:g} s"
    if os.listdir(path.parent) != [path.name]:
        problem = "wrote a file"
    if problem:
        figures.findings.setdefault(problem, data)
    figures.inputs += 1
    figures.slowest = max(figures.slowest, seconds)
    return len(arcs.seen) > reached


def _wrong_sentence(error: RefusedError | UsageError) -> str:
    if not error.message.isprintable() or len(error.message) > 1_000:
        return f"sentence: {error.message!r:.200}"
    if "cannot be read (" in error.message:
        return f"net: {error.__cause__!r:.200}"
    return ""


def _broken_promise(submission: Submission, data: bytes) -> str:
    """What is wrong with an accepted submission, by rules written apart from the intake's own."""
    for name in submission.files:
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or {"", ".", ".."} & set(parts) or _invisible(name):
            return f"path: {name!r}"
        if {".git", "node_modules", "__pycache__", "__MACOSX"} & set(parts) or len(parts) > LIMITS.max_depth:
            return f"kept: {name!r}"
    if not submission.files or len(submission.files) > LIMITS.max_files or submission.bytes > LIMITS.max_bytes:
        return "limits"
    lines = sorted((name.encode(), hashlib.sha256(content).hexdigest()) for name, content in submission.files.items())
    digest = hashlib.sha256(b"".join(name + b"\0" + content.encode() + b"\n" for name, content in lines))
    if submission.digest != f"sha256:{digest.hexdigest()}":
        return "digest"
    try:
        if read_archive(write_archive(submission)).files != submission.files:
            return "evidence archive: reads something else"
    except RefusedError as error:
        return f"evidence archive: {error.message}"
    return _other_reader_differs(submission, data)


def _invisible(name: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name)


def _other_reader_differs(submission: Submission, data: bytes) -> str:
    """Compares with Python's own readers, for names that both read the same way. Where they give up there is nothing to
    compare: they unpack what is left out, and parse owners and dates, which a grade has no use for."""
    try:
        others = _by_zipfile(data) if data.startswith(b"PK") else _by_tarfile(data)
    except _THEIR_ERRORS:
        return ""
    for name, content in submission.files.items():
        if not name.isascii():
            continue
        found = [other for path, other in others if path == name or path.endswith(f"/{name}")]
        if found and content not in found:
            return "zipfile or tarfile reads something else"
    return ""


def _by_zipfile(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist() if not info.flag_bits & 1]


def _by_tarfile(data: bytes) -> list[tuple[str, bytes]]:
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file:
                found.append((member.name, file.read()))
    return found


def main() -> int:
    """Runs until the time is over; findings are saved, and make the exit code 1."""
    parser = argparse.ArgumentParser(description="Fuzz the intake of submissions.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        figures = fuzz(random.Random(options.seed), Path(folder), minutes=options.minutes, report=_print)
    _print(figures)
    for number, (problem, data) in enumerate(figures.findings.items()):
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / f"{options.seed}-{number}").write_bytes(data)
        print(f"finding {number}: {problem}")
    return 1 if figures.findings else 0


def _print(figures: Figures) -> None:
    print(
        f"{figures.inputs} inputs ({figures.accepted} accepted, {figures.kept} kept), {figures.arcs} arcs, "
        f"{len(figures.sentences)} kinds of refusal, slowest {figures.slowest:.2f} s, "
        f"grown by {figures.grown >> 20} MiB, {len(figures.findings)} findings",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
