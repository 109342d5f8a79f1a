"""Rewrites its own files, and plants others beside them, for the tests to come."""

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
    return worked(
        {
            "rewrite": lambda: open("/submission/fort.py", "a"),
            "remove": lambda: os.unlink("/submission/fort.py"),
            "rename": lambda: os.rename("/submission/fort.py", "/submission/other.py"),
            "plant": lambda: open("/submission/json.py", "w"),
            "cache": lambda: os.mkdir("/submission/__pycache__"),
            "mode": lambda: os.chmod("/submission", 0o777),
            "bridge": lambda: open("/opt/grader/grader_bridge/bridge.py", "a"),
            "library": lambda: open(os.__file__, "a"),
        }
    )


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
