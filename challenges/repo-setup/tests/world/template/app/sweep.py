"""Clears finished jobs away, one sweep at a time: var/run/sweep.lock says who sweeps."""

import json
import os

from PKG import jobs
from PKG.config import ROOT


def started(pid):
    """When a process started, in ticks since the machine did: a number may be given to another process later."""
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[19])


def sweep():
    lock = ROOT / "var" / "run" / "sweep.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "x") as file:
        json.dump({"pid": os.getpid(), "started": started(os.getpid())}, file)
    try:
        print(sum(row["state"] == "done" for row in jobs.rows()))
    finally:
        lock.unlink()
