"""A command answers well and leaves processes behind that leave no room for a call."""

import os
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    return "later"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper(), flush=True)
    if os.fork():
        time.sleep(0.3)
        os._exit(0)
    os.setsid()
    while True:
        try:
            if os.fork() == 0:
                time.sleep(3600)
        except OSError:
            time.sleep(0.01)
