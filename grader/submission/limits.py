"""How much a submission may be, and the sentences of a refusal."""

from __future__ import annotations

from dataclasses import dataclass, fields

from grader.errors import RefusedError, visible

RATIO_FROM = 1 << 20
"""Bytes from which `max_ratio` counts: small text and the zeros between the files of a tar shrink beyond any ratio."""


@dataclass(frozen=True, kw_only=True)
class IntakeLimits:
    """Limits on what is read. Sizes are bytes and are counted while reading; what an archive declares is never trusted.

    Raises ValueError when a limit is not positive.
    """

    max_files: int = 500
    max_bytes: int = 20_000_000
    """All files together, without what is left out."""
    max_file_bytes: int = 10_000_000
    max_entries: int = 100_000
    """Entries looked at, with folders and what is left out (a virtual environment easily has 40,000)."""
    max_ratio: int = 200
    """Unpacked bytes for each packed one, from 1 MiB on."""
    max_depth: int = 20
    """Names in a path."""
    max_name_bytes: int = 200
    """UTF-8 bytes of one name in a path."""
    max_path_bytes: int = 1_000
    max_archive_bytes: int = 100_000_000
    """Size of the archive itself, or of what git transfers."""
    max_unpacked_bytes: int = 500_000_000
    """Everything that a tar unpacks to, with what is left out: a tar can only be read through."""
    git_seconds: float = 60.0

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) <= 0:
                raise ValueError(f"{limit.name} must be positive, not {getattr(self, limit.name)}")


class Meter:
    """Counts the real bytes of the files that are kept."""

    def __init__(self, limits: IntakeLimits) -> None:
        self.limits = limits
        self.used = 0

    def room(self) -> int:
        """Bytes that the next file may still have."""
        return min(self.limits.max_file_bytes, self.limits.max_bytes - self.used)

    def add(self, path: str, size: int) -> None:
        """Counts a file of `size` bytes (or at least that many). Raises RefusedError when it is too much."""
        if size > self.limits.max_file_bytes:
            raise refused(path, f"is larger than a file may be ({amount(self.limits.max_file_bytes)})", "Leave it out")
        self.used += size
        if self.used > self.limits.max_bytes:
            problem = f"makes the submission larger than it may be ({amount(self.limits.max_bytes)})"
            raise refused(path, problem, "Leave out what was not asked for")


def refused(path: str, problem: str, do: str) -> RefusedError:
    """The refusal of one entry: a sentence on what is wrong with it, and one on what to do."""
    return RefusedError(f"'{visible(path)}' {problem}. {do}.")


def unreadable(what: str, do: str = "Pack it again and send the whole file") -> RefusedError:
    """The refusal of an archive as a whole."""
    return RefusedError(f"{what}. {do}.")


def amount(size: int) -> str:
    """`size` bytes as people write it: '20 MB'."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"
