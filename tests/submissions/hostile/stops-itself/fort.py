"""Stops itself and its children with SIGSTOP."""

import os
import signal
import sys


def double(number):
    return 2 * number


def attack(key):
    os.fork()
    os.fork()
    os.kill(0, signal.SIGSTOP)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
