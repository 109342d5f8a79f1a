"""Never ends."""

import sys


def double(number):
    return 2 * number


def attack(key):
    while True:
        pass


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
