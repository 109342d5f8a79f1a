"""Writes to /proc and /sys: core pattern, sysrq, release agents, uevent helper, every sysctl."""

import os
import sys


def double(number):
    return 2 * number


def worked(ways):
    """Those of `ways` that did not fail."""
    found = []
    for name, way in ways.items():
        try:
            way()
        except BaseException:
            continue
        found.append(name)
    return {"worked": found}


def attack(key):
    names = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper", "/proc/sys/kernel/modprobe"]
    names += ["/sys/fs/cgroup/release_agent", "/proc/acpi", "/proc/kcore", "/proc/sys/fs/binfmt_misc/register"]
    names += [os.path.join(folder, name) for folder, _, files in os.walk("/proc/sys") for name in files]
    opened = []
    for name in names:
        try:
            os.close(os.open(name, os.O_WRONLY))
        except OSError:
            continue
        opened.append(name)
    return {"opened": opened} | worked({"users": lambda: open("/proc/self/uid_map", "w", 1).write("0 0 1\n")})


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
