"""Which files the globs of a criterion's evidence name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase


def matching(paths: Iterable[str], globs: Sequence[str], required: Sequence[str] = ()) -> list[str]:
    """The paths that a criterion's globs name, in the grader's own order: required files first, then by the first
    glob that names them, then files near the root, then by name. A candidate's file names do not change it but
    within a folder."""

    def order(path: str) -> tuple[bool, int, int, str]:
        first = next(n for n, glob in enumerate(globs) if fnmatchcase(path, glob))
        return path not in required, first, path.count("/"), path

    return sorted((path for path in paths if any(fnmatchcase(path, glob) for glob in globs)), key=order)
