"""Raises SystemExit and KeyboardInterrupt."""

import sys


def double(number):
    return 2 * number


def attack(key):
    raise SystemExit(0)


def remains(key):
    raise KeyboardInterrupt


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
