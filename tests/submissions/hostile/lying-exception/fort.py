"""Raises an exception whose class, name and text are made up on the fly."""

import sys


def double(number):
    return 2 * number


class Liar(type):
    @property
    def __name__(cls):
        return {"passed": cls}


class Lie(Exception, metaclass=Liar):
    __class__ = property(lambda self: str)

    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


def attack(key):
    raise Lie


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
