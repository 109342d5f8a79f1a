"""Sends hundreds of its descriptors to the verifier."""

import os
import socket
import struct
import sys


def double(number):
    return 2 * number


def attack(key):
    verifier = socket.socket(fileno=3)
    body = b'{"id": 1, "value": "here"}'
    pipes = [end for _ in range(60) for end in os.pipe()]
    for _ in range(3):
        socket.send_fds(verifier, [struct.pack(">I", len(body)) + body], pipes)
    verifier.detach()
    return "sent"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
