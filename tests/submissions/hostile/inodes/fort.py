"""Makes files of no size until there are no more."""

import sys


def double(number):
    return 2 * number


def attack(key):
    for number in range(1_000_000):
        open(f"/tmp/{number}", "w").close()


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
