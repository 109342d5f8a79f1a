"""Git as a process: in a repository of our own, with nothing of the user's settings, or of those of what it reads, and
with limits on time, memory, files and output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from grader import network
from grader.errors import GraderError, UsageError, visible
from grader.submission.entries import Kind
from grader.submission.folder import FolderSource
from grader.submission.limits import IntakeLimits, refused, unreadable
from grader.trust import repository

_MEMORY_KIB = 4 << 20
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "credential.helper=",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
USERS_SETTINGS = ("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_LEADS_OUT = frozenset({"objects/info/alternates", "objects/info/http-alternates", "commondir", "gitdir"})
"""Files of a repository by which it reads in others."""
_SETTINGS_SECONDS = 20
_MOST_TRUSTED = 200
KEPT_VARIABLES = ("PATH", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", *_PROXIES, *(name.upper() for name in _PROXIES))


def is_repository(path: Path) -> bool:
    """Whether `path` is a bare repository or the `.git` of one."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def check_enclosed(path: Path, limits: IntakeLimits) -> None:
    """Raises RefusedError where the repository `path` takes objects or references from outside of its own folder, as a
    link or a list of other places does: nobody has said that it is one, so it may be a candidate's make."""
    for number, entry in enumerate(FolderSource(path).entries()):
        if number == limits.max_entries:
            raise unreadable(f"There are more than {limits.max_entries} entries", "Pack the repository (git gc)")
        if entry.kind not in {Kind.FILE, Kind.FOLDER} and not entry.path.startswith("hooks/"):  # nothing runs those
            raise refused(entry.path, f"is {entry.kind}", "Send the files alone")
        if entry.path in _LEADS_OUT:
            raise refused(entry.path, "names another repository, which is not read", "Send the files alone")


class GitFailedError(GraderError):
    """Git ended with an error; `text` is the first reason that it gave."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Git:
    """Runs git in a repository of our own, with a deadline for all calls. Of the user's configuration nothing counts
    but the folders of others that it trusts (`safe.directory`), and of the repository's nothing."""

    def __init__(self, folder: Path, limits: IntakeLimits, *, local: bool) -> None:
        self.local = local
        self._folder = folder
        self._limits = limits
        self._deadline = time.monotonic() + limits.git_seconds
        self._settings_file = "/dev/null"
        self._lent_objects = ""

    def trust_as_the_user_does(self) -> None:
        """Takes over which repositories of others the user's own git trusts, and nothing else of its settings."""
        own = {name: os.environ[name] for name in USERS_SETTINGS if name in os.environ}
        found = subprocess.run(
            ["git", "config", "--includes", "--null", "--get-all", "safe.directory"],
            cwd="/", env=own, capture_output=True, check=False, timeout=_SETTINGS_SECONDS,
        )  # fmt: skip
        file = self._folder / "trusted"
        for value in found.stdout.split(b"\0")[:-1][:_MOST_TRUSTED]:
            words = ["config", "--file", str(file), "--add", "safe.directory", os.fsdecode(value)]
            self.run(*words, most=1 << 16)
        if file.exists():
            self._settings_file = str(file)

    def whole_id(self, address: str, part: str) -> str:
        """The commit of the repository at `address` whose id begins with `part`; empty where there is none. Its objects
        are looked at from here, so that nothing of its configuration counts. Raises UsageError for several."""
        folder = Path(address) if is_repository(Path(address)) else repository(Path(address))
        if folder is None:
            return ""
        self._lent_objects = str(folder.resolve() / "objects")
        try:
            found = self.run("rev-parse", "--verify", f"{part}^{{commit}}", most=1 << 12)
        except GitFailedError as error:
            if "ambiguous" in error.text:
                raise UsageError(
                    f"'{visible(address)}' has several commits whose id begins with {part}; give more of it."
                ) from None
            return ""
        finally:
            self._lent_objects = ""
        return found.decode("ascii", "replace").strip()

    def run(self, *arguments: str, most: int, given: bytes = b"") -> bytes:
        """Standard output, up to `most` bytes. Raises GitFailedError, or RefusedError for more output or time."""
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
            stdin.write(given)
            stdin.seek(0)
            process = subprocess.Popen(
                ["sh", "-c", self._limited(), "git", *settings, *arguments],
                cwd=self._folder,
                env=self._environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
            output = _output(process, most, self._deadline - time.monotonic())
            text = _reason(stderr)
        if len(output) > most:
            raise unreadable("The repository has more entries than are looked at", "Send the files alone")
        if time.monotonic() > self._deadline:
            raise GitFailedError(f"no end after {self._limits.git_seconds:g} s")
        if process.returncode:
            raise GitFailedError(text)
        return output

    def is_full(self) -> bool:
        """Whether what was transferred reached the limit on the size of a file."""
        packs = (self._folder / "objects" / "pack").glob("*")
        return any(pack.stat().st_size >= self._limits.max_archive_bytes for pack in packs)

    def _limited(self) -> str:
        """A shell line that bounds the size of files and memory, in the shell's units, and becomes git."""
        blocks = self._limits.max_archive_bytes // 512 + 1
        return f'ulimit -f {blocks} && ulimit -v {_MEMORY_KIB} && exec git "$@"'

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        if certificates := os.environ.get("SSL_CERT_FILE"):
            kept.setdefault("GIT_SSL_CAINFO", certificates)
        if self._lent_objects:
            kept["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _quoted(self._lent_objects)
        return kept | {
            "HOME": str(self._folder),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": self._settings_file,
            "GIT_DIR": str(self._folder),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_ALLOW_PROTOCOL": "file" if self.local else "https:http:ssh:git",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ForwardAgent=no -o PermitLocalCommand=no -o ConnectTimeout=20",
        }


def _output(process: subprocess.Popen[bytes], most: int, seconds: float) -> bytes:
    """What `process` writes, at most one byte more than `most`; it and its children have ended afterwards."""
    timer = threading.Timer(max(0.0, seconds), _kill, [process])
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker: asked for with PIPE
        output = process.stdout.read(most + 1)
        if len(output) <= most:
            process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.communicate()
    return output


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started; they have a process group of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _reason(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    lines = stderr.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["no reason given"]
    first = telling[0]
    if not is_unknown(first) and not network.from_words(first):  # ssh says the cause, and git only that there was none
        first = next((line for line in lines if network.from_words(line)), first)
    return network.without_login(first)


def is_unknown(text: str) -> bool:
    return "find remote ref" in text or "not our ref" in text or "unadvertised object" in text


def _quoted(path: str) -> str:
    """A path for a list that git parts at colons."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
