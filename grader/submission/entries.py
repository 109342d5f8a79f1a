"""What every kind of source offers: a list of its entries, then the contents of the wanted ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from grader.submission.limits import Meter


class Kind(StrEnum):
    """What an entry is. All but files and folders are refused, unless they lie in a part that is left out."""

    FILE = "a file"
    FOLDER = "a folder"
    SYMLINK = "a symbolic link"
    HARDLINK = "a hard link"
    DEVICE = "a device"
    FIFO = "a named pipe"
    SOCKET = "a socket"
    SUBMODULE = "a git submodule"
    OTHER = "neither a file nor a folder"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of a source. Bytes of `path` that are not UTF-8 are kept as surrogate escapes, and refused later."""

    index: int
    """Place in the source, from 0."""
    path: str
    """Relative, without `.` or empty names, with `/` between names."""
    kind: Kind
    size: int
    """Bytes as the source declares them; for reports, and to refuse early, never to trust."""


class Source(Protocol):
    """A folder, an archive or a repository that can be listed and read. Both raise RefusedError."""

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order of the source."""

    def contents(self, wanted: Sequence[Entry], meter: Meter) -> Iterator[tuple[Entry, bytes]]:
        """The content of each wanted file, in any order; `meter` has counted it."""
