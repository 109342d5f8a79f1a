"""Takes memory without end."""

import sys


def double(number):
    return 2 * number


def attack(key):
    held = []
    while True:
        held.append(b"x" * (1 << 20))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
