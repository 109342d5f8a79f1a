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
    """As soon as pid 1 has collected enough of those before: it is the limit on processes that another attack tries."""
    while sum(name.isdigit() for name in os.listdir("/proc")) > 10:
        time.sleep(0.001)
    return os.fork()


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
