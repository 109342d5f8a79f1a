"""Returns more than a reply may hold."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "x" * (2 << 20)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
