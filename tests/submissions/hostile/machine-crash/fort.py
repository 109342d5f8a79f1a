"""Crashes its process with a wild pointer."""

import ctypes
import sys


def double(number):
    return 2 * number


def attack(key):
    ctypes.string_at(1)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
