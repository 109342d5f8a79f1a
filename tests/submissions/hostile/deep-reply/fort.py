"""Answers with 100,000 nested lists, to overflow the stack of the reader."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    say(b'{"id": 1, "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
