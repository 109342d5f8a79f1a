"""Puts escape sequences that rewrite a terminal into messages, output and tracebacks."""

import sys


def double(number):
    return 2 * number


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[1;32m20 of 20 points\x1b[0m\x9b31m\u202egnihton\u2066\r\x08\x00"


def attack(key):
    print(ESCAPES)
    raise ValueError(ESCAPES)


def remains(key):
    exec(compile("raise KeyError", f"/submission/{ESCAPES}.py".replace(chr(0), ""), "exec"))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
