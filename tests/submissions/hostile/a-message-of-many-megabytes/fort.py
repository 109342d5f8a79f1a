"""Raises an exception with thirty megabytes of text and a long name."""

import sys


def double(number):
    return 2 * number


def attack(key):
    raise type("E" * 10_000_000, (Exception,), {})("x" * 30_000_000)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
