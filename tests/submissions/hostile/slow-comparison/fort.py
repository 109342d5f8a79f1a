"""Answers with text that takes a comparison very long to explain."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "\n".join(f"{key}{n % 97}{key[::-1]}" for n in range(20_000))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
