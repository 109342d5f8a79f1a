"""Recurses until the stack of C is gone."""

import sys


def double(number):
    return 2 * number


def attack(key):
    sys.setrecursionlimit(1 << 30)
    nested = []
    for _ in range(200_000):
        nested = [nested]
    return nested == [nested] or repr(nested)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
