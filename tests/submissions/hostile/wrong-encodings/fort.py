"""Files in UTF-16, Latin-1, with NUL bytes and with false coding lines."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "decode me"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
