"""A source file of ten megabytes in one line."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "read me"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
