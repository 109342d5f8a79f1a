"""Sends its reply a byte at a time, so that something always comes."""

import os
import struct
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    body = b'{"id": 1, "value": "' + b"x" * 1000 + b'"}'
    for byte in struct.pack(">I", len(body)) + body:
        os.write(3, bytes([byte]))
        time.sleep(0.1)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
