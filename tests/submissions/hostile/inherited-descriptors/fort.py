"""Looks for descriptors that pid 1 left open."""

import os
import socket
import stat
import sys


def double(number):
    return 2 * number


def attack(key):
    found = []
    for number in range(3, 5000):
        try:
            kind = os.fstat(number)
        except OSError:
            continue
        found.append([number, stat.S_ISSOCK(kind.st_mode)])
    link = socket.socket(fileno=os.dup(3))
    return {"open": found, "peer": repr(link.getpeername()), "type": link.type == socket.SOCK_STREAM}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
