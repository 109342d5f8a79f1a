"""Makes folders in folders until the disk is full."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    os.chdir("/tmp")
    for number in range(1_000_000):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
