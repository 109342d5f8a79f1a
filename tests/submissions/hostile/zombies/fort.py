"""Leaves zombies and orphans for pid 1 to collect."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    for _ in range(300):
        if os.fork() == 0:
            if os.fork():
                os._exit(0)
            os._exit(0)
        os.wait()
    return "left"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
