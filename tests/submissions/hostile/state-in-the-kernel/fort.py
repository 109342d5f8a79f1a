"""Leaves answers in shared memory, message queues, semaphores and key rings."""

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
            "shmget": lambda: call("shmget", 7777, 4096, 0o1666),
            "msgget": lambda: call("msgget", 7777, 0o1666),
            "semget": lambda: call("semget", 7777, 1, 0o1666),
            "mq_open": lambda: call("mq_open", b"/key", os.O_CREAT | os.O_RDWR, 0o666, None),
            "add_key": lambda: call("syscall", 248 if os.uname().machine == "x86_64" else 217, b"user", b"k", b"v", 1, -4),
        }
    )


def remains(key):
    return worked({"shm": lambda: call("shmget", 7777, 4096, 0), "msg": lambda: call("msgget", 7777, 0)})


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
