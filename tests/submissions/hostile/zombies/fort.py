"""Leaves zombies and orphans for pid 1 to collect."""

import os
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    for _ in range(300):
        if fork() == 0:
            try:
                os.fork()
            finally:
                os._exit(0)
        os.wait()
    return "left"


def fork():
    """As soon as pid 1 has collected enough of those before."""
    while True:
        try:
            return os.fork()
        except BlockingIOError:
            time.sleep(0.001)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
