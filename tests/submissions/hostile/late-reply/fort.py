"""Answers after the time limit, from a child that outlives the test."""

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
    if os.fork() == 0:
        os.setsid()
        time.sleep(2.1)
        while True:
            time.sleep(0.2)
            for number in (1, 2):
                say(b'{"id": %d, "value": 82}' % number)
    time.sleep(60)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
