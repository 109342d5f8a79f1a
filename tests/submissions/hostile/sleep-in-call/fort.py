"""Sleeps in a call, and ignores every signal."""

import signal
import sys
import time


def double(number):
    return 2 * number


def attack(key):
    for number in set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33}:
        signal.signal(number, signal.SIG_IGN)
    time.sleep(3600)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
