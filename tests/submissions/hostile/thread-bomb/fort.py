"""Starts threads without end."""

import sys
import threading
import time


def double(number):
    return 2 * number


def attack(key):
    count = 0
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
