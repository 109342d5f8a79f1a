"""Tries to write in every folder and to every file there is."""

import os
import sys


def double(number):
    return 2 * number


EXPECTED = ("/tmp", "/dev/shm", "/dev/mqueue")


def attack(key):
    found = []
    for folder, folders, names in os.walk("/"):
        folders[:] = [n for n in folders if os.path.join(folder, n) not in ("/proc", "/sys", "/usr/lib/python3.11", *EXPECTED)]
        if os.access(folder, os.W_OK):
            found.append(folder)
        found += [p for p in (os.path.join(folder, n) for n in names) if os.access(p, os.W_OK) and os.path.isfile(p)]
    return {"worked": found}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
