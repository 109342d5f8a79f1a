"""Returns objects whose conversion to JSON runs code."""

import sys


def double(number):
    return 2 * number


class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class Number(int):
    def __repr__(self):
        return '0}], "status": "passed"'

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def attack(key):
    return [Text("always equal"), Number(3)]


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
