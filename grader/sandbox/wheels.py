"""Packages as wheels: fetched by pip, looked at, then laid out. Nothing of theirs runs.

A list may be a candidate's, and so may the packages that it names. So the sizes are known before anything is laid out,
what is on the disk is counted while it comes, and whose fault a failure is follows from what the index answered.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import scratch
from grader.errors import ChallengeError, InfrastructureError
from grader.sandbox import outside
from grader.sandbox.guarded_pip import TOO_LARGE

PYTHON = "3.11"
SECONDS = 900.0
MOST_BYTES = 8_000_000_000
"""For lists that a challenge pins by hash."""
LOOK_SECONDS = 0.05
NOT_THE_LISTS_DOING = frozenset({401, 403, 407, 408, 425, 429})
"""Answers, beside all from 500 on, that speak of the service or of our right to use it, not of what was asked for."""
_PIP = Path(__file__).with_name("guarded_pip.py")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of the requests that pip made."""

    failure: str = ""
    """The last failure of a service, in a sentence; empty where every answer was an answer."""
    seconds: float = 0.0
    """Time in which the network was waited for."""


def install_wheels(
    requirements: bytes, target: Path, machine: str, *, hashes: bool = True, seconds: float = SECONDS,
    most: int = MOST_BYTES,
) -> None:  # fmt: skip
    """Lays the wheels that `requirements` names out in `target`, for the Python of the images. Wheels only: pip
    unpacks them and runs nothing. With `hashes` every package must be pinned by one. No more than `most` bytes are
    fetched, and no more are laid out.

    Raises ChallengeError, with pip's own words as its detail, where a package cannot be had or is too large, and
    InfrastructureError where the index is what failed.
    """
    with scratch.folder("pip") as folder:
        for name in ("empty", "wheels", "tmp"):
            (folder / name).mkdir()
        (folder / "requirements.txt").write_bytes(requirements)
        deadline = time.monotonic() + seconds
        fetch = ["download", "--dest", str(folder / "wheels"), "-r", str(folder / "requirements.txt"), *_tags(machine)]
        fetch += ["--require-hashes", "--no-deps"] if hashes else []
        _pip(fetch, folder, deadline, seconds, most)
        wheels = sorted(str(path) for path in (folder / "wheels").iterdir())
        lay_out = ["install", "--isolated", "--no-index", "--no-deps", "--no-compile", *_tags(machine)]
        _pip([*lay_out, "--target", str(target), *wheels], folder, deadline, seconds, most)


def _tags(machine: str) -> list[str]:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(36, 4, -1)]
    platforms += [f"{old}_{machine}" for old in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    tags = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"]
    tags += [f"--abi={abi}" for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
    return tags + [f"--platform={platform}" for platform in platforms]


def _pip(arguments: Sequence[str], folder: Path, deadline: float, seconds: float, most: int) -> None:
    """Runs pip to its end. Everything it writes lies in `folder`, or in the target of an installation."""
    facts, said = folder / "facts", folder / "said"
    # -P and a folder of its own: pip takes neither code nor an archive from where the operator happens to stand.
    # -E: nor from PYTHONPATH, which may be the operator's own for other programs.
    command = [sys.executable, "-E", "-P", str(_PIP), str(facts), str(most), *arguments]
    command += ["--quiet", "--no-input", "--no-cache-dir", "--disable-pip-version-check"]
    environment = {**outside.pip_environment(os.environ), "TMPDIR": str(folder / "tmp")}
    with said.open("wb") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, cwd=folder / "empty", env=environment,
            umask=outside.UMASK,
        )  # fmt: skip
        try:
            stopped = _watch(process, folder, deadline, most)
        finally:
            process.kill()
            process.wait()
    words = _words(said)
    asked = what_was_asked(facts)
    if stopped == "size" or process.returncode == TOO_LARGE:
        raise ChallengeError(words if stopped != "size" else f"The packages take more than {most:,} bytes.")
    if stopped == "time" and asked.seconds <= seconds / 2:
        raise ChallengeError(f"Installing packages took longer than {seconds:.0f} s.", detail=words)
    if stopped == "time":
        raise InfrastructureError(f"The package index was waited for longer than {asked.seconds:.0f} s.", detail=words)
    failure = asked.failure or _of_this_machine(said)
    if process.returncode and failure:
        raise InfrastructureError(failure, detail=words)
    if process.returncode:
        raise ChallengeError("Packages could not be installed from wheels:\n" + words, detail=words)


def _watch(process: subprocess.Popen[bytes], folder: Path, deadline: float, most: int) -> str:
    """Waits for the end; what made an end of it: "size", "time" or nothing."""
    while process.poll() is None:
        if time.monotonic() > deadline:
            return "time"
        if _bytes_in(folder) > most:
            return "size"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    return ""


def _bytes_in(folder: Path) -> int:
    """On the disk, without what is being laid out, whose size was looked at before."""
    total = 0
    for where, _, names in os.walk(folder):  # which passes over a folder that is gone in this moment
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(where, name)).st_size
    return total


def _words(said: Path) -> str:
    lines = said.read_bytes()[-20_000:].decode("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith("WARNING"))[-1500:]


def _of_this_machine(said: Path) -> str:
    """What pip says of itself and of its settings, not of packages."""
    words = said.read_bytes().decode("utf-8", "replace")
    if "[Errno 28]" in words:
        return "There is no space left on the disk for packages."
    ignored = re.search(r"The repository located at (\S+) is not a trusted or secure host and is being ignored", words)
    return f"pip does not ask the index at {ignored[1]}, whose address is not https." if ignored else ""


def what_was_asked(facts: Path) -> Asked:
    """Reads the notes of `guarded_pip`."""
    if not facts.exists():
        return Asked()
    failure, seconds, began = "", 0.0, 0.0
    for line in facts.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):  # the last line of a process that was ended
            fact = json.loads(line)
            if "waits" in fact and bool(fact["waits"]) != bool(began):
                seconds += fact["at"] - began if began else 0.0
                began = fact["at"] if fact["waits"] else 0.0
            failure = _failure(fact) or failure
    return Asked(failure=failure, seconds=seconds + (time.time() - began if began else 0.0))


def _failure(fact: dict[str, object]) -> str:
    from grader.network import without_login  # with all that HTTP takes: each grading reads the names of images

    url, status = without_login(str(fact.get("url") or "the package index")), int(str(fact.get("status") or 0))
    if "problem" in fact:
        return f"{url} could not be read: {fact['problem']}"
    gone = status == 404 and url.endswith(".whl")  # the index lists it
    if status in NOT_THE_LISTS_DOING or status >= 500 or gone:
        return f"{url} answered with {status}."
    return ""
