"""Removes what a run left behind whose process is dead. Never what a living run uses.

A container that runs ends by itself when its owner dies (see docker.py); what can stay is one that was made and never
started. Each is labelled with its owner: boot id of the machine and space of process ids (graders in containers of one
machine have spaces of their own), process id, and that process's start time.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import APIClient

LABEL = "grader"
LIFETIME_SECONDS = 6 * 3600
"""A container whose owner is on another machine is removed when it is older than any run can be."""


def labels(run_id: str, role: str) -> dict[str, str]:
    return {
        LABEL: role,
        "grader.run": run_id,
        "grader.owner": owner(os.getpid()),
        "grader.deadline": str(int(time.time()) + LIFETIME_SECONDS),
    }


def owner(pid: int) -> str:
    """`machine:pid:start`, the same for one process as long as it lives, and never again."""
    return f"{machine()}:{pid}:{_start_time(pid)}"


def machine() -> str:
    """Where a process id means something: this boot of this machine, in this process's space of ids."""
    with contextlib.suppress(OSError):
        space = os.readlink("/proc/self/ns/pid").removeprefix("pid:")
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + space
    return "unknown"


def _start_time(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "gone"


def is_dead(owner_label: str, deadline_label: str, now: float) -> bool:
    """Whether the process that a container belongs to is known to be dead, or its time is over."""
    where, _, rest = owner_label.partition(":")
    pid, _, _ = rest.partition(":")
    if where == machine() != "unknown" and pid.isdigit():
        return owner(int(pid)) != owner_label
    return deadline_label.isdigit() and now > int(deadline_label)


def sweep(client: APIClient, only: str = "") -> list[str]:
    """Removes dead runs' containers, with their volumes; with `only`, those of that owner. Returns their names."""
    removed = []
    wanted = f"grader.owner={only}" if only else LABEL
    for container in client.containers(all=True, filters={"label": [wanted]}):
        marks = container.get("Labels") or {}
        if is_dead(marks.get("grader.owner", ""), marks.get("grader.deadline", ""), time.time()):
            with contextlib.suppress(Exception):  # another grader may be sweeping too
                client.remove_container(container["Id"], force=True, v=True)
                removed.append((container.get("Names") or [container["Id"]])[0].lstrip("/"))
    return removed


def sweep_own(client: APIClient, seconds: float) -> None:
    """Removes this process's containers that do not run and are older than `seconds`: an engine that went away for a
    while may have lost the word to remove them. With 0, those that run too."""
    for container in client.containers(all=True, filters={"label": [f"grader.owner={owner(os.getpid())}"]}):
        idle = container.get("State") != "running" and time.time() - float(container["Created"]) > seconds
        if idle or not seconds:
            with contextlib.suppress(Exception):  # the engine may be removing it itself
                client.remove_container(container["Id"], force=True, v=True)
