"""Says that 4 GB of reply will follow."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    os.write(3, struct.pack(">I", 0xFFFFFFFF))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
