"""Mounts, unmounts, pivots and changes the root."""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)


def double(number):
    return 2 * number


def call(function, *arguments):
    """Raises OSError where the C library's function fails."""
    if LIBC[function](*arguments) == -1:
        raise OSError(ctypes.get_errno(), function)


def worked(ways):
    """Those of `ways` that did not fail."""
    found = []
    for name, way in ways.items():
        try:
            way()
        except BaseException:
            continue
        found.append(name)
    return {"worked": found}


def attack(key):
    return worked(
        {
            "tmpfs": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
            "proc": lambda: call("mount", b"none", b"/tmp", b"proc", 0, None),
            "bind": lambda: call("mount", b"/proc/1", b"/tmp", None, 4096, None),
            "remount": lambda: call("mount", None, b"/", None, 32, None),
            "umount": lambda: call("umount2", b"/proc/keys", 2),
            "pivot": lambda: call("pivot_root", b"/tmp", b"/tmp"),
            "chroot": lambda: os.chroot("/tmp"),
        }
    )


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
