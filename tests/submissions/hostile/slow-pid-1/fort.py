"""Gives pid 1 the lowest priority, ties it and itself to one processor, and gives that away, to be kept waiting."""

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
    return worked(
        {
            "nice": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
            "group": lambda: os.setpriority(os.PRIO_PGRP, 1, 19),
            "user": lambda: os.setpriority(os.PRIO_USER, 0, 19),
            "affinity": lambda: os.sched_setaffinity(1, {0}),
            "own affinity": lambda: os.sched_setaffinity(0, {0}),
            "yield": os.sched_yield,
            "scheduler": lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
        }
    )


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
