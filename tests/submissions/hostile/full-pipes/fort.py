"""Many processes fill their pipes and keep the output open."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    for _ in range(12):
        if os.fork() == 0:
            while True:
                os.write(1, b"x" * 65536)
    os._exit(0)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
