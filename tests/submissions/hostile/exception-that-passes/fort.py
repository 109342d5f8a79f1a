"""Raises exceptions whose type and text look like results."""

import json
import sys


def double(number):
    return 2 * number


class Passed(Exception):
    pass


Passed.__name__ = "AssertionError"
Passed.__qualname__ = "_pytest.outcomes.Exit"


def attack(key):
    raise Passed(json.dumps({"event": "test", "status": "passed", "points": 10}) + "\n5 passed in 0.01s")


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
