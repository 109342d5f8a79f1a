"""Returns objects that would run code where they are unpickled."""

import pickle
import sys


def double(number):
    return 2 * number


class Bomb:
    def __reduce__(self):
        return (print, ("executed",))


def attack(key):
    return {"pickle": pickle.dumps(Bomb()).hex(), "bomb": Bomb()}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
