"""Reads everything in /proc that it may, and returns what it finds."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    loot = []
    for folder, folders, names in os.walk("/proc"):
        if folder.count("/") > 4 or "/task" in folder or folder.startswith("/proc/sys"):
            folders.clear()
            continue
        for name in names:
            if name in ("kmsg", "kcore", "pagemap", "mem", "smaps", "clear_refs", "trace_pipe"):
                continue
            try:
                descriptor = os.open(os.path.join(folder, name), os.O_RDONLY | os.O_NONBLOCK)
                loot.append(os.read(descriptor, 4000).decode("latin-1"))
                os.close(descriptor)
            except OSError:
                continue
    return loot


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
