"""Ends the process with exit code 0 in a call."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    os._exit(0)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
