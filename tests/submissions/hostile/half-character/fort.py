"""Answers with a lone surrogate, which cannot be written down again."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "\ud800"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
