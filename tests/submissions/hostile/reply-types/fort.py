"""Answers with a list, a string and null where an object is due."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    say(b"[1, 2]")
    say(b'"passed"')
    say(b"null")


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
