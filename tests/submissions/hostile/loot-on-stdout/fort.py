"""Prints everything it can read instead of returning it."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    for path in ("/proc/self/maps", "/proc/self/mountinfo", "/proc/1/cmdline", "/etc/passwd", "/proc/self/environ"):
        try:
            print(open(path, errors="replace").read())
            print(open(path, errors="replace").read(), file=sys.stderr)
        except OSError:
            continue
    print(os.environ)
    return "printed"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
