"""Unshares every namespace, clones into new ones and enters those of others."""

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
    flags = {"mount": 0x20000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000, "ipc": 0x8000000, "uts": 0x4000000}
    flags["cgroup"] = 0x2000000
    ways = {f"unshare {name}": lambda f=flag: call("unshare", f) for name, flag in flags.items()}
    number = 56 if os.uname().machine == "x86_64" else 220
    ways |= {f"clone {name}": lambda f=flag: clone(number, f) for name, flag in flags.items()}
    for name in ("mnt", "net", "pid", "user"):
        ways[f"setns {name}"] = lambda n=name: call("setns", os.open(f"/proc/self/ns/{n}", os.O_RDONLY), 0)
    return worked(ways)


def clone(number, flag):
    """A child that came to life in new namespaces would be seen by its parent's getting a pid."""
    pid = LIBC.syscall(number, flag | 17, None, None, None, None)
    if pid == 0:
        os._exit(0)
    if pid == -1:
        raise OSError(ctypes.get_errno())


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
