"""Git repositories, by address or by path. One commit is transferred as a pack into a temporary folder and its files
are read out of the pack: there is no work tree, so no hook, filter, submodule or link of the repository acts.

A folder that has a `.git` is read as a folder unless a commit is named: git is not run on what a candidate configured.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader import network, scratch
from grader.errors import GraderError, InfrastructureError, UsageError, visible
from grader.submission.entries import Entry, Kind
from grader.submission.git_process import Git, GitFailedError, is_unknown
from grader.submission.limits import IntakeLimits, Meter, amount, refused, unreadable
from grader.submission.names import plain_path

_REMOTE = re.compile(r"(?:https?|ssh|git)://|[\w.+-]+@[\w.-]+:(?!//)")
_REF = re.compile(r"[A-Za-z0-9][\w./+-]*")
_ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(-|\d+)\t(.*)", re.DOTALL)
_ENTRY_BYTES = 400
"""Bytes of a listed entry, on average: what bounds the list as a whole."""
_KINDS = {
    b"100644": Kind.FILE,
    b"100755": Kind.FILE,
    b"100664": Kind.FILE,
    b"120000": Kind.SYMLINK,
    b"160000": Kind.SUBMODULE,
}

_HOST = re.compile(r"[\w:][\w.:%-]*")
"""A name or a number of a host. What begins with a hyphen would be an option of ssh."""
_ENCODE = (
    "write it like https://HOST/NAME/REPOSITORY, with %40 for @ in a password, or give the path of an archive or folder"
)
_PART_OF_ID = re.compile(r"[0-9a-fA-F]{4,39}")


def is_remote(source: str) -> bool:
    """Whether `source` is the address of a repository: https, http, ssh, git, or `user@host:path`."""
    return bool(_REMOTE.match(source))


def split_ref(source: str) -> tuple[str, str]:
    """`address#ref` or `address@ref` in its two parts; the ref (branch, tag or commit) is HEAD where none is named."""
    address, sign, ref = source.rpartition("#")
    if not sign:
        address, sign, ref = source.rpartition("@")
        start = address.find("://") + 3 if "://" in address else address.find(":") + 1
        if not sign or not address or (is_remote(source) and (not start or "/" not in address[start:])):
            return source, "HEAD"
    if not _REF.fullmatch(ref) or ".." in ref:
        if "://" in source and "@" in ref:  # of a password, in which nobody encoded the sign
            raise UsageError(f"'{visible(without_secrets(source))}' is not the address of a repository.", fix=_ENCODE)
        raise UsageError(f"'{visible(ref)}' is not the name of a branch, tag or commit.")
    return address, ref


def without_secrets(source: str) -> str:
    """An address without the user name, password and token in it."""
    return network.without_secrets(source)


@contextlib.contextmanager
def fetched(address: str, ref: str, limits: IntakeLimits) -> Iterator[GitSource]:
    """The files of commit `ref` of the repository at `address` (or path), while the context lasts.

    Raises RefusedError when it is too large, UsageError for an unknown ref and for what is no address,
    InfrastructureError when it does not answer.
    """
    _check_address(address)
    with scratch.folder("git") as folder:
        git = Git(folder, limits, local=not is_remote(address))
        where = address if git.local is False else Path(address).resolve().as_uri()
        git.run("init", "--quiet", "--bare", "--template=", ".", most=1 << 16)
        _fetch(git, address, where, ref, limits)
        yield GitSource(git, limits)


def _check_address(address: str) -> None:
    """Raises UsageError for an address that no host can answer to: nothing on the network is to blame for it."""
    if "://" not in address or not is_remote(address):
        return
    parts = network.parts_of(address)
    plain = _HOST.fullmatch(parts.hostname or "") and not re.search(r"[\s\\]", address) and parts.netloc.count("@") < 2
    if not plain or not parts.path.strip("/"):
        raise UsageError(f"'{visible(without_secrets(address))}' is not the address of a repository.", fix=_ENCODE)


def _fetch(git: Git, address: str, where: str, ref: str, limits: IntakeLimits) -> None:
    """Transfers the commit `ref`. A repository on this machine is asked once more where it belongs to another user and
    the operator has told git to trust it, and for the whole of a commit id of which only a part was given."""
    tries = {"as it is"}
    while True:
        try:
            git.run(
                "fetch", "--quiet", "--depth=1", "--no-tags", "--", where, f"+{ref}:refs/heads/graded", most=1 << 16
            )
        except GitFailedError as error:
            if git.is_full():
                problem = f"The repository transfers more than {amount(limits.max_archive_bytes)}"
                raise unreadable(problem, "Take large files out of the commit, or send an archive") from None
            more = "owner" if "dubious ownership" in error.text else "id" if is_unknown(error.text) else ""
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

    def __init__(self, git: Git, limits: IntakeLimits) -> None:
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
        except GitFailedError as error:
            problem = f"The repository cannot be read (git {arguments[0]}: {visible(error.text)})"
            raise unreadable(problem, "Check it with: git fsck --full") from None


def _not_fetched(source: str, ref: str, text: str) -> GraderError:
    """Why there is no commit to read. Who is to blame cannot be told from git's words, so no candidate is."""
    address = without_secrets(source)
    if is_unknown(text):
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
            of_submission=True,
        )
    cause = network.from_words(text)
    why = f"{cause} (git: {visible(text)})" if cause else visible(text)
    return InfrastructureError(
        f"'{visible(address)}' could not be fetched: {why}.",
        fix=f"Check it with: GIT_ALLOW_PROTOCOL=https:http:ssh:git git ls-remote -- {shlex.quote(visible(address))}",
        of_submission=True,
    )
