"""Opens files until no more can be opened."""

import sys


def double(number):
    return 2 * number


def attack(key):
    held = []
    while True:
        held.append(open("/dev/null"))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
