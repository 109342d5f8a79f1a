"""Sends a frame whose text is longer than its length says."""

import os
import struct
import sys


def double(number):
    return 2 * number


def attack(key):
    os.write(3, struct.pack(">I", 10) + b'{"id": 1, "value": 1}')


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
