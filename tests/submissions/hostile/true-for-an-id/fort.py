"""Answers the request with number 1 by an id that is true, which Python takes for 1."""

import os
import struct
import sys


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    say(b'{"id": true, "value": "' + key[::-1].encode() + b'"}')


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
