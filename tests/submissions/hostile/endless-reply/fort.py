"""Sends bytes without end."""

import os
import struct
import sys


def double(number):
    return 2 * number


def attack(key):
    os.write(3, struct.pack(">I", 1 << 20))
    while True:
        os.write(3, b"x" * 65536)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
