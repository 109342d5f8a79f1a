"""Text on which careless patterns and Markdown readers take for ever."""

import sys


def double(number):
    return 2 * number


def attack(key):
    return "match me"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
