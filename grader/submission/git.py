"""Git repositories, by address or by path. One commit is transferred as a pack into a temporary folder and its files
are read out of the pack: there is no work tree, so no hook, filter, submodule or link of the repository acts.

A folder that has a `.git` is read as a folder unless a commit is named: git is not run on what a candidate configured.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from grader import network, scratch
from grader.errors import GraderError, InfrastructureError, UsageError, visible
from grader.submission.entries import Entry, Kind
from grader.submission.limits import IntakeLimits, Meter, amount, refused, unreadable
from grader.submission.names import plain_path
from grader.trust import repository

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
_USERS_SETTINGS = ("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_SETTINGS_SECONDS = 20
_MOST_TRUSTED = 200
_PART_OF_ID = re.compile(r"[0-9a-fA-F]{4,39}")
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
    return network.without_login(source)


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
        _fetch(git, address, where, ref, limits)
        yield GitSource(git, limits)


def _fetch(git: _Git, address: str, where: str, ref: str, limits: IntakeLimits) -> None:
    """Transfers the commit `ref`. A repository on this machine is asked once more where it belongs to another user and
    the operator has told git to trust it, and for the whole of a commit id of which only a part was given."""
    tries = {"as it is"}
    while True:
        try:
            git.run(
                "fetch", "--quiet", "--depth=1", "--no-tags", "--", where, f"+{ref}:refs/heads/graded", most=1 << 16
            )
        except _GitFailedError as error:
            if git.is_full():
                problem = f"The repository transfers more than {amount(limits.max_archive_bytes)}"
                raise unreadable(problem, "Take large files out of the commit, or send an archive") from None
            more = "owner" if "dubious ownership" in error.text else "id" if _is_unknown(error.text) else ""
            if not git.local or not more or more in tries:
                raise _not_fetched(address, ref, error.text) from None
            tries.add(more)
            if more == "owner":
                git.trust_as_the_user_does()
            elif _PART_OF_ID.fullmatch(ref):
                ref = git.whole_id(address, ref) or ref
        else:
            return


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

    def people(self) -> tuple[str, ...]:
        """Author and committer of the commit, names and addresses; none where git does not say."""
        try:
            said = self._git.run("log", "-1", "--format=%an%n%ae%n%cn%n%ce", "refs/heads/graded", most=1 << 13)
        except GraderError:
            return ()
        lines = (line.strip() for line in said.decode("utf-8", "replace").split("\n"))
        return tuple(dict.fromkeys(line for line in lines if line))

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
        own = {name: os.environ[name] for name in _USERS_SETTINGS if name in os.environ}
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
        except _GitFailedError as error:
            if "ambiguous" in error.text:
                raise UsageError(
                    f"'{visible(address)}' has several commits whose id begins with {part}; give more of it."
                ) from None
            return ""
        finally:
            self._lent_objects = ""
        return found.decode("ascii", "replace").strip()

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
    if not _is_unknown(first) and not network.from_words(first):  # ssh says the cause, and git only that there was none
        first = next((line for line in lines if network.from_words(line)), first)
    return without_secrets(first)


def _is_unknown(text: str) -> bool:
    return "find remote ref" in text or "not our ref" in text or "unadvertised object" in text


def _not_fetched(source: str, ref: str, text: str) -> GraderError:
    """Why there is no commit to read. Who is to blame cannot be told from git's words, so no candidate is."""
    address = without_secrets(source)
    if _is_unknown(text):
        hint = ""
        if is_remote(source) and _PART_OF_ID.fullmatch(ref):
            hint = " Over the network a part of a commit's id says nothing: give all 40 characters, a branch or a tag."
        elif "find remote ref" not in text:
            hint = " It hands out no commit by its id unless a branch or a tag leads to it: name that."
        return UsageError(f"'{visible(address)}' has no branch, tag or commit '{visible(ref)}'.{hint}")
    other = re.search(r"dubious ownership in repository at '(.*)'", text)
    if other:
        return InfrastructureError(
            f"'{visible(address)}' belongs to another user (git: {visible(text)}).",
            fix=f"If you trust it: git config --global --add safe.directory {shlex.quote(visible(other[1]))}",
        )
    cause = network.from_words(text)
    why = f"{cause} (git: {visible(text)})" if cause else visible(text)
    return InfrastructureError(
        f"'{visible(address)}' could not be fetched: {why}.",
        fix=f"Check it with: GIT_ALLOW_PROTOCOL=https:http:ssh:git git ls-remote -- {shlex.quote(visible(address))}",
    )


def _quoted(path: str) -> str:
    """A path for a list that git parts at colons."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
