"""Runs its own machine code from a file, from memory and from shared memory, and every shell there is."""

import os
import sys


def double(number):
    return 2 * number


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
    """Programs may be run from anonymous memory; they have no more rights than the process has."""
    program = open("/bin/sh", "rb").read()
    for path in ("/tmp/sh", "/dev/shm/sh", "/dev/mqueue/sh"):
        with open(path, "wb") as file:
            file.write(program if path != "/dev/mqueue/sh" else b"")
        os.chmod(path, 0o777)
    return worked({path: lambda p=path: os.posix_spawn(p, [p, "-c", "exit"], {}) for path in ("/tmp/sh", "/dev/shm/sh", "/dev/mqueue/sh")})


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
