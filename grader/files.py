"""Writing files whole or not at all, and reading them with a bound."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import InfrastructureError


def write(path: Path, content: bytes | str, *, durable: bool = False, private: bool = False) -> None:
    """Puts `content` at `path` in one step: whoever looks sees the old file or the new one, never half of one.
    With `durable` it is on the disk before this returns, so that a power cut cannot undo it. With `private` it is its
    owner's alone at every moment, as where it says who is who. Half a character in a text is written as an escape.

    Raises InfrastructureError where the disk is full or the folder cannot be written.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if not private:  # what was made here is its owner's alone
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        if durable:
            sync_folder(path.parent)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise _cannot_be_written(path, problem) from problem


def read(path: Path, most: int) -> bytes:
    """At most `most` bytes and one of a file that may be anybody's: of no pipe, which would be waited for, and of no
    device, which has no end. Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read(most + 1)


def sync_folder(folder: Path) -> None:
    """Puts the names in `folder` on the disk: without that a power cut can take back a file's renaming."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_private(path: Path) -> None:
    """Makes an empty file that is its owner's alone, where nothing is there yet: a database that is written into it
    gives what it keeps beside itself the same rights. What is wrong with the place, whoever opens it will say."""
    with contextlib.suppress(OSError):
        os.close(os.open(os.path.realpath(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those of `paths` that are there, and that others of this machine can read or change."""
    return [path for path in paths if path.is_file() and path.stat().st_mode & 0o077]


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what the system says of `path` into an InfrastructureError."""
    try:
        yield
    except OSError as problem:
        raise _cannot_be_written(path, problem) from problem


def _cannot_be_written(path: Path, problem: OSError) -> InfrastructureError:
    what = f"{path} cannot be written: {problem.strerror or problem}."
    return InfrastructureError(what, fix="free some space, or name another folder with --out")


def check_writable(folder: Path) -> None:
    """Raises InfrastructureError where nothing could be written below `folder`: better before a run than after it.
    Makes nothing."""
    nearest = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), folder)
    if not os.path.exists(nearest):
        raise InfrastructureError(
            f"{folder} cannot be written: {nearest} is a link to {os.readlink(nearest)}, which is not there.",
            fix="name another folder with --out, or make the one that the link leads to",
        )
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise InfrastructureError(
            f"{folder} cannot be written: {nearest} is no folder that this user may write to.",
            fix="name another folder with --out",
        )


_UMASK_LOCK = threading.Lock()


def _umask() -> int:
    """This process's mask. Reading it means setting it for a moment, which two threads must not do at once."""
    with _UMASK_LOCK:
        current = os.umask(0o077)
        os.umask(current)
    return current


def remove_partial(folder: Path) -> None:
    """Removes what a run that was killed while writing left in `folder`."""
    for leftover in folder.rglob(".*.part") if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            leftover.unlink()
