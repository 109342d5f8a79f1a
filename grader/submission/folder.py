"""A folder on this machine. No link in it is followed, not even one that is put there while it is read. Nor is one that
lies where a submission was looked for, unless the operator named that very place."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import RefusedError, UsageError, visible
from grader.submission.entries import Entry, Kind
from grader.submission.limits import Meter, refused
from grader.submission.names import plain_path

_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.FOLDER,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.DEVICE,
    stat.S_IFBLK: Kind.DEVICE,
}


def unfit(source: str, found_in: str) -> RefusedError | None:
    """Why `source`, which was only found in the folder `found_in`, is not read: a link stands in its place or on the
    way from that folder, or it is neither a file nor a folder. None where it may be read, and where nothing is there.
    """
    way = Path(source).parts[len(Path(found_in).parts) :]
    for depth in range(1, len(way) + 1):
        try:
            mode = os.lstat(Path(found_in, *way[:depth])).st_mode
        except (OSError, ValueError):
            return None
        kind = _KINDS.get(stat.S_IFMT(mode), Kind.OTHER)
        if kind is Kind.SYMLINK or (depth == len(way) and kind not in {Kind.FILE, Kind.FOLDER}):
            what = "The submission" if depth == len(way) else "A folder on the way to the submission"
            said = "which is not followed" if kind is Kind.SYMLINK else "which is not read"
            return RefusedError(f"{what} is {kind}, {said}. Put the files themselves in its place.")
    return None


class FolderSource:
    """A folder with a candidate's files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def entries(self) -> Iterator[Entry]:
        """All entries below the folder."""
        index = 0
        folders = [""]
        while folders:
            folder = folders.pop()
            for name, status in self._listed(folder):
                path = plain_path(f"{folder}/{name}" if folder else name)
                kind = _KINDS.get(stat.S_IFMT(status.st_mode), Kind.OTHER)
                yield Entry(index=index, path=path, kind=kind, size=status.st_size if kind is Kind.FILE else 0)
                if kind is Kind.FOLDER:
                    folders.append(path)
                index += 1

    def contents(self, wanted: Sequence[Entry], meter: Meter) -> Iterator[tuple[Entry, bytes]]:
        """Reads the wanted files, each opened anew from the top folder without following links."""
        for entry in wanted:
            try:
                content = self._read(entry.path, meter.room() + 1)
            except OSError as error:
                raise _not_readable(entry.path, error) from error
            meter.add(entry.path, len(content))
            yield entry, content

    def _listed(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        try:
            descriptor = self._open(folder, os.O_DIRECTORY)
            try:
                with os.scandir(descriptor) as listing:
                    for found in listing:
                        yield found.name, found.stat(follow_symlinks=False)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _not_readable(folder or str(self._root), error) from error

    def _read(self, path: str, most: int) -> bytes:
        with open(self._open(path, os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _changed(path)
            return file.read(most)

    def _open(self, path: str, flags: int) -> int:
        """Opens name by name, so that no folder on the way can be a link."""
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        names = path.split("/") if path else []
        for depth, name in enumerate(names, start=1):
            how = flags if depth == len(names) else os.O_DIRECTORY
            try:
                inner = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | how, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = inner
        return descriptor


def _not_readable(path: str, error: OSError) -> RefusedError | UsageError:
    if isinstance(error, PermissionError):
        return UsageError(f"'{visible(path)}' cannot be read: permission denied. Change its mode, or read a copy.")
    return _changed(path)


def _changed(path: str) -> RefusedError:
    return refused(path, "changed while it was read", "Grade it again when nothing writes to the folder")
