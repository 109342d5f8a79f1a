"""Fills /tmp."""

import sys


def double(number):
    return 2 * number


def attack(key):
    with open("/tmp/full", "wb") as file:
        while True:
            file.write(b"x" * (1 << 16))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
