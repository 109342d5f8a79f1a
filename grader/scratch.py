"""Temporary folders that are removed even when their process was killed, and locks between processes.

A folder is locked as long as its process lives, by the kernel: one that can be locked belongs to nobody any more,
whichever space of process ids its owner was in.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

KINDS = ("base", "build", "pip", "git", "job", "work")
_NAME = re.compile(rf"grader-(?:{'|'.join(KINDS)})-[a-z0-9_]+")
YOUNG_SECONDS = 5.0
"""A folder younger than this may have an owner that has not locked it yet."""


@contextlib.contextmanager
def folder(kind: str, where: Path | None = None) -> Iterator[Path]:
    """An empty folder of one of `KINDS`, in `where` or where temporary folders are; removed at the end."""
    with tempfile.TemporaryDirectory(prefix=f"grader-{kind}-", dir=where, ignore_cleanup_errors=True) as name:
        handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(handle)


def sweep(where: Path | None = None, *, older_than: float = YOUNG_SECONDS) -> list[str]:
    """Removes this user's folders whose process is dead; their names. What cannot be removed stays."""
    removed = []
    try:
        place = where or Path(tempfile.gettempdir())
    except OSError:  # nothing can be written anywhere, so nothing was
        return []
    for path in place.glob("grader-*-*"):
        if _NAME.fullmatch(path.name) and _abandoned(path, older_than):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    return removed


def _abandoned(path: Path, older_than: float) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        facts = os.fstat(handle)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return facts.st_uid == os.geteuid() and time.time() - facts.st_ctime >= older_than


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Waits until no other thread or process is within this with the same `lock` file. Where no such file can be made,
    does not wait."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
