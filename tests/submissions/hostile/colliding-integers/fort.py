"""Answers with thousands of whole numbers that have one hash, to stall whoever puts them into a set."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    say(b'{"id": 1, "value": [' + b",".join(b"%d" % (n * (2**61 - 1)) for n in range(1, 20_000)) + b"]}")


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
