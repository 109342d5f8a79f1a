"""Git repositories, by address or by path. One commit is transferred as a pack into a temporary folder and its files
are read out of the pack: there is no work tree, so no hook, filter, submodule or link of the repository acts.

A folder that has a `.git` is read as a folder unless a commit is named: git is not run on what a candidate configured.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from grader import scratch
from grader.errors import GraderError, InfrastructureError, UsageError, visible
from grader.submission.entries import Entry, Kind
from grader.submission.limits import IntakeLimits, Meter, amount, refused, unreadable
from grader.submission.names import plain_path

_REMOTE = re.compile(r"(?:https?|ssh|git)://|[\w.+-]+@[\w.-]+:(?!//)")
_REF = re.compile(r"[A-Za-z0-9][\w./+-]*")
_ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(-|\d+)\t(.*)", re.DOTALL)
_ENTRY_BYTES = 400
"""Bytes of a listed entry, on average: what bounds the list as a whole."""
_MEMORY_KIB = 4 << 20
_KINDS = {
    b"100644": Kind.FILE,
    b"100755": Kind.FILE,
    b"100664": Kind.FILE,
    b"120000": Kind.SYMLINK,
    b"160000": Kind.SUBMODULE,
}

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
_KEPT_VARIABLES = ("PATH", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", *_PROXIES, *(name.upper() for name in _PROXIES))


def is_remote(source: str) -> bool:
    """Whether `source` is the address of a repository: https, http, ssh, git, or `user@host:path`."""
    return bool(_REMOTE.match(source))


def is_repository(path: Path) -> bool:
    """Whether `path` is a bare repository or the `.git` of one."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def split_ref(source: str) -> tuple[str, str]:
    """`address#ref` or `address@ref` in its two parts; the ref (branch, tag or commit) is HEAD where none is named."""
    address, sign, ref = source.rpartition("#")
    if not sign:
        address, sign, ref = source.rpartition("@")
        start = address.find("://") + 3 if "://" in address else address.find(":") + 1
        if not sign or not address or (is_remote(source) and (not start or "/" not in address[start:])):
            return source, "HEAD"
    if not _REF.fullmatch(ref) or ".." in ref:
        raise UsageError(f"'{visible(ref)}' is not the name of a branch, tag or commit.")
    return address, ref


def without_secrets(source: str) -> str:
    """An address without the user name and password in it."""
    return re.sub(r"(?<=://)[^/@#]*@", "", source)


@contextlib.contextmanager
def fetched(address: str, ref: str, limits: IntakeLimits) -> Iterator[GitSource]:
    """The files of commit `ref` of the repository at `address` (or path), while the context lasts.

    Raises RefusedError when it is too large, UsageError for an unknown ref, InfrastructureError when it does not
    answer.
    """
    with scratch.folder("git") as folder:
        git = _Git(folder, limits, local=not is_remote(address))
        where = address if git.local is False else Path(address).resolve().as_uri()
        git.run("init", "--quiet", "--bare", "--template=", ".", most=1 << 16)
        try:
            git.run(
                "fetch", "--quiet", "--depth=1", "--no-tags", "--", where, f"+{ref}:refs/heads/graded", most=1 << 16
            )
        except _GitFailedError as error:
            if git.is_full():
                problem = f"The repository transfers more than {amount(limits.max_archive_bytes)}"
                raise unreadable(problem, "Take large files out of the commit, or send an archive") from None
            raise _not_fetched(without_secrets(address), ref, error.text) from None
        yield GitSource(git, limits)


class GitSource:
    """The files of one commit."""

    def __init__(self, git: _Git, limits: IntakeLimits) -> None:
        self._git = git
        self._limits = limits
        self._objects: list[bytes] = []

    def entries(self) -> Iterator[Entry]:
        """All files, links and submodules of the commit's tree."""
        listed = self._read("ls-tree", "-r", "-l", "-z", "--full-tree", "refs/heads/graded", most=self._list_bytes())
        for index, line in enumerate(listed.split(b"\0")[:-1]):
            match = _ENTRY.fullmatch(line)
            if not match:
                raise unreadable("The repository has an entry that git cannot list", "Commit the files again")
            mode, _, name, size, path = match.groups()
            self._objects.append(name)
            raw = path.decode("utf-8", "surrogateescape")
            kind = _KINDS.get(mode, Kind.OTHER)
            yield Entry(index=index, path=plain_path(raw), kind=kind, size=0 if size == b"-" else int(size))

    def contents(self, wanted: Sequence[Entry], meter: Meter) -> Iterator[tuple[Entry, bytes]]:
        """Reads the wanted files out of the pack."""
        for entry in wanted:
            meter.add(entry.path, entry.size)
        names = b"".join(self._objects[entry.index] + b"\n" for entry in wanted)
        most = sum(entry.size + 200 for entry in wanted)
        output = self._read("cat-file", "--batch", given=names, most=most)
        at = 0
        for entry in wanted:
            header = b"%s blob %d\n" % (self._objects[entry.index], entry.size)
            end = at + len(header) + entry.size
            if not output.startswith(header, at) or output[end : end + 1] != b"\n":
                raise refused(entry.path, "is damaged in the repository", "Commit the file again")
            yield entry, output[at + len(header) : end]
            at = end + 1

    def _list_bytes(self) -> int:
        return self._limits.max_entries * _ENTRY_BYTES

    def _read(self, *arguments: str, most: int, given: bytes = b"") -> bytes:
        try:
            return self._git.run(*arguments, most=most, given=given)
        except _GitFailedError as error:
            problem = f"The repository cannot be read (git {arguments[0]}: {visible(error.text)})"
            raise unreadable(problem, "Check it with: git fsck --full") from None


class _GitFailedError(GraderError):
    """Git ended with an error; `text` is the first reason that it gave."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _Git:
    """Runs git in a repository of our own, with nothing of the user's configuration and a deadline for all calls."""

    def __init__(self, folder: Path, limits: IntakeLimits, *, local: bool) -> None:
        self.local = local
        self._folder = folder
        self._limits = limits
        self._deadline = time.monotonic() + limits.git_seconds

    def run(self, *arguments: str, most: int, given: bytes = b"") -> bytes:
        """Standard output, up to `most` bytes. Raises _GitFailedError, or RefusedError for more output or time."""
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
            raise _GitFailedError(f"no end after {self._limits.git_seconds:g} s")
        if process.returncode:
            raise _GitFailedError(text)
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
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        if certificates := os.environ.get("SSL_CERT_FILE"):
            kept.setdefault("GIT_SSL_CAINFO", certificates)
        return kept | {
            "HOME": str(self._folder),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
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
    return without_secrets(telling[0])


def _not_fetched(address: str, ref: str, text: str) -> GraderError:
    """Why there is no commit to read. Who is to blame cannot be told from git's words, so no candidate is."""
    if "find remote ref" in text or "not our ref" in text or "unadvertised object" in text:
        return UsageError(f"'{visible(address)}' has no branch, tag or commit '{visible(ref)}'.")
    return InfrastructureError(
        f"'{visible(address)}' could not be fetched: {visible(text)}.",
        fix=f"Check it with: git ls-remote {visible(address)}",
        of_submission=True,
    )
