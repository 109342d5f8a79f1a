"""Reboots, loads modules, sets the clock, the host name and the swap."""

import ctypes
import os
import resource
import socket
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)


def double(number):
    return 2 * number


def call(function, *arguments):
    """Raises OSError where the C library's function fails."""
    if LIBC[function](*arguments) == -1:
        raise OSError(ctypes.get_errno(), function)


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
            "reboot": lambda: call("reboot", 0x01234567),
            "module": lambda: call("syscall", 313 if os.uname().machine == "x86_64" else 273, 0, b"", 0),
            "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
            "hostname": lambda: socket.sethostname("own"),
            "domain": lambda: call("setdomainname", b"own", 3),
            "swap": lambda: call("swapon", b"/tmp/x", 0),
            "accounting": lambda: call("acct", b"/tmp/x"),
            "nice": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
            "realtime": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
            "memlock": lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 40, 1 << 40)),
            "files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)),
        }
    )


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
