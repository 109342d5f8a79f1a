"""Writes to standard output and standard error without end, a gigabyte in two seconds."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    block = b"x" * (1 << 20)
    while True:
        os.write(1, block)
        os.write(2, block)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
