"""Clears away what candidate code left in this container."""

from __future__ import annotations

import _thread
import contextlib
import math
import os
import stat
import time


def use_up_numbers(count: int) -> None:
    """Takes `count` numbers of processes: by threads, which cost a twentieth of a process."""
    ended = _thread.allocate_lock()
    with contextlib.suppress(RuntimeError):  # no number is left to take
        for _ in range(count):
            ended.acquire()
            _thread.start_new_thread(ended.release, ())
            with ended:
                pass


def empty(top: str, until: float = math.inf) -> None:
    """Removes all that is in `top`, however deep, whatever its permissions, without recursion and without following a
    link: a folder that is not empty has its folders moved up into `top` first, so that no path grows long. Raises
    TimeoutError where it is not done at `until` (monotonic)."""
    try:
        root = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        serial = 0
        while names := os.listdir(root):
            for name in names:
                serial = _remove(root, name, serial, until)
    finally:
        os.close(root)


def _remove(root: int, name: str, serial: int, until: float) -> int:
    if time.monotonic() > until:
        raise TimeoutError
    if not stat.S_ISDIR(os.lstat(name, dir_fd=root).st_mode):
        os.unlink(name, dir_fd=root)
        return serial
    os.chmod(name, 0o700, dir_fd=root)
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
    try:
        for child in os.listdir(folder):
            if stat.S_ISDIR(os.lstat(child, dir_fd=folder).st_mode):
                os.chmod(child, 0o700, dir_fd=folder)
                serial += 1
                os.rename(child, f".{serial}.{os.urandom(8).hex()}", src_dir_fd=folder, dst_dir_fd=root)
            else:
                os.unlink(child, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=root)
    return serial
