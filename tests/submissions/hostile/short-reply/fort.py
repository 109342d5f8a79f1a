"""Says that more will follow, and ends."""

import os
import struct
import sys


def double(number):
    return 2 * number


def attack(key):
    os.write(3, struct.pack(">I", 100) + b'{"id": 1, "value": "')
    os._exit(0)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
