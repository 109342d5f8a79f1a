"""Never ends, inside one instruction that no signal interrupts."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return 7 ** 10**8 % 3


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
