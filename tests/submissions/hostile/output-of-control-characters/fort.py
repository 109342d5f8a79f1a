"""Fills its output with bytes that grow sixfold when they are written down."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    os.write(1, bytes([1]) * 300_000)
    os.write(2, bytes([27]) * 300_000)
    return "written"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
