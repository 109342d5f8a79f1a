"""How much of a machine there is, and how submissions share it out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

IDLE_VERIFIER = 50_000_000
"""Bytes that a verifier takes which waits for its submission."""
BOTH_CONTAINERS = 200_000_000
"""Bytes beside the candidate's limit: its verifier at work, and the engine's own part."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """The machine that the containers run on. `memory` in bytes."""

    cores: Sequence[int]
    """Numbers of the processor cores."""
    memory: int
    can_pin: bool
    """Whether containers can be kept on cores of their own."""


@cache
def room() -> Room:
    """The engine's machine, asked for once. Raises InfrastructureError where no engine answers."""
    from grader.sandbox.engine import reach

    client = reach()
    try:
        return room_of(client.info(), sorted(os.sched_getaffinity(0)))
    finally:
        client.close()


def room_of(info: dict[str, Any], here: Sequence[int]) -> Room:
    """Of what the engine says about itself, and this process's cores. Where the engine has as many cores as there are
    here, it is taken to run here; of a machine elsewhere the numbers of the cores are not known."""
    many = int(info["NCPU"])
    same = many == len(here)
    cores = here if same else range(many)
    return Room(cores=tuple(cores), memory=int(info["MemTotal"]), can_pin=bool(same and info.get("CPUSet")))


def slots(cores: int, memory: int, cpus: float, limit: int) -> int:
    """How many submissions this machine grades side by side without one taking another's time: a core for each of the
    candidate's, and memory for the containers. `memory` and `limit` (the candidate's) are bytes."""
    by_memory = int(0.8 * memory // (limit + BOTH_CONTAINERS + IDLE_VERIFIER))
    return max(1, min(int(cores // max(cpus, 1.0)), by_memory))


def cores(slots: int, room: Room) -> tuple[str, ...]:
    """For each slot the cores that its two containers stay on (`"0,1"`), so that no candidate's time is another's
    doing. Empty texts where there are fewer than two for each: then the kernel shares them out better."""
    each = len(room.cores) // slots
    if each < 2 or not room.can_pin:
        return ("",) * slots
    return tuple(",".join(map(str, room.cores[n * each : (n + 1) * each])) for n in range(slots))
