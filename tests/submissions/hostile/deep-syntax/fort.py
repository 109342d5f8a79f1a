"""Source files that nest a hundred thousand deep."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "parse me"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
