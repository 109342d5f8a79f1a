"""A child keeps the socket and answers for the parent, which has gone."""

import os
import struct
import sys
import time


def double(number):
    return 2 * number


def say(body):
    """A frame of our own on the socket to the verifier."""
    os.write(3, struct.pack(">I", len(body)) + body)


def attack(key):
    if os.fork():
        os._exit(0)
    os.setsid()
    time.sleep(0.3)
    say(b'{"id": 1, "value": "passed"}')
    time.sleep(60)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
