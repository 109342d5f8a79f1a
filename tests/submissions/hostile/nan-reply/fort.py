"""Answers with NaN, which JSON does not know."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    say(b'{"id": 1, "value": NaN}')


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
