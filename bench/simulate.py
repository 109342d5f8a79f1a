"""`make simulate`: where the queue meets its first limit at 10, 100 and 1000 machines.

What is measured and what is simulated are printed apart. Measured, on this machine and now: what a job's statements
take of Postgres (bench/queue.py). Taken as given, and printed: seconds of a submission, the judge's calls and rate,
bytes of a result. Simulated: everything that comes of many machines at once. The simulation is of queues only: it knows
nothing of networks that lose packets or of disks that fill up.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

Steps = Generator[tuple[str, float], None, None]
"""What a job does, one after the other: (station, seconds of one of its servers)."""


@dataclass(frozen=True, kw_only=True)
class World:
    """One installation. Times in seconds."""

    machines: int
    slots: int = 4
    """Of one machine."""
    grading: float = 3.0
    """A submission in its containers, with a slot's cores to itself; the median of a log-normal."""
    spread: float = 0.4
    """Its sigma."""
    statements: float = 0.01
    """One job's statements on one of Postgres' cores."""
    database_cores: int = 4
    beat: float = 0.005
    """One worker's sign of life, on one of these cores."""
    beat_every: float = 10.0
    judge_calls: int = 0
    """Calls of the judge for one submission."""
    judge_seconds: float = 4.0
    """One call."""
    judge_rate: float = 0.0
    """Calls that the endpoint allows a minute, of all workers together; 0 is no limit."""
    megabytes: float = 0.3
    """Of one submission and its result."""
    storage: float = 120.0
    """Megabytes a second that the shared folder or bucket takes."""

    @property
    def database_left(self) -> float:
        """Share of Postgres that signs of life leave for jobs."""
        return 1.0 - self.machines * self.beat / self.beat_every / self.database_cores


@dataclass
class Station:
    """Servers with one line before them."""

    servers: int
    free: int = 0
    waiting: deque[tuple[Steps, float]] = field(default_factory=deque)
    busy: float = 0.0

    def __post_init__(self) -> None:
        self.free = self.servers


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a simulated hour came to."""

    per_hour: float
    ideal: float
    """What the slots would do alone."""
    used: dict[str, float]
    """Station → share of its time that it was busy."""

    @property
    def share(self) -> float:
        return self.per_hour / self.ideal

    @property
    def limit(self) -> str:
        """What holds the rest back, where the slots do not come to nine tenths of what they could."""
        others = {name: used for name, used in self.used.items() if name != "slots"}
        return max(others, key=lambda name: others[name]) if self.share < 0.9 and others else "the slots themselves"


def simulate(world: World, *, seconds: float = 900.0, warm: float = 100.0, seed: int = 1) -> Found:
    """Keeps every slot busy from a line that never ends, and counts what is finished after `warm` seconds."""
    draw = random.Random(seed)  # noqa: S311 - a simulation
    stations = _stations(world)
    events: list[tuple[float, int, str, Steps]] = []
    order, now, done = iter(range(10**12)), 0.0, 0

    def enter(steps: Steps) -> bool:
        """Lets a job go on to its next station. False where it has ended."""
        try:
            name, takes = next(steps)
        except StopIteration:
            return False
        station = stations[name]
        if station.free:
            station.free -= 1
            heapq.heappush(events, (now + takes, next(order), name, steps))
            station.busy += takes
        else:
            station.waiting.append((steps, takes))
        return True

    for number in range(world.machines * world.slots):
        enter(_start(world, draw, number))
    while events and events[0][0] < seconds:
        now, _, name, steps = heapq.heappop(events)
        station = stations[name]
        if station.waiting:
            after, takes = station.waiting.popleft()
            heapq.heappush(events, (now + takes, next(order), name, after))
            station.busy += takes
        else:
            station.free += 1
        if not enter(steps):
            done += now >= warm
            enter(_job(world, draw))
    ideal = 3600 * world.machines * world.slots / _alone(world)
    used = {name: min(1.0, station.busy / seconds / station.servers) for name, station in stations.items()}
    return Found(per_hour=done / (seconds - warm) * 3600, ideal=ideal, used=used)


def _stations(world: World) -> dict[str, Station]:
    made = {
        "slots": Station(world.machines * world.slots),
        "Postgres": Station(world.database_cores),
        "storage": Station(1),
    }
    if world.judge_calls and world.judge_rate:
        made["the judge's rate"] = Station(1)
    return made


def _start(world: World, draw: random.Random, number: int) -> Steps:
    """The first job of a slot begins somewhere in its middle, or all slots would march in step."""
    yield "slots", draw.random() * _alone(world) * (1 + number % 2)
    yield from _job(world, draw)


def _job(world: World, draw: random.Random) -> Steps:
    statements = world.statements / max(world.database_left, 1e-3)
    yield "Postgres", statements / 2
    yield "storage", world.megabytes / 2 / world.storage
    if world.judge_calls and world.judge_rate:
        yield "the judge's rate", world.judge_calls * 60 / world.judge_rate
    yield "slots", max(draw.lognormvariate(0, world.spread) * world.grading, _judging(world))
    yield "storage", world.megabytes / 2 / world.storage
    yield "Postgres", statements / 2


def _judging(world: World) -> float:
    """The judge works beside the containers, its calls beside each other (16 at once)."""
    return world.judge_seconds * -(-world.judge_calls // 16)


@cache
def _alone(world: World) -> float:
    """Mean seconds of one submission where no other holds it up."""
    draw = random.Random(0)  # noqa: S311 - a simulation
    jobs = 4000
    return sum(takes for _ in range(jobs) for _, takes in _job(world, draw)) / jobs


# ------------------------------------------------------------------------------------------------ the page


def scales(world: World) -> Iterator[tuple[int, Found]]:
    for machines in (1, 10, 100, 1000):
        long = 900.0 if machines < 100 else 200.0
        yield machines, simulate(replace(world, machines=machines), seconds=long, warm=long / 5)


def show(title: str, world: World) -> None:
    print(f"\n{title}")
    print("  machines   slots   an hour   of what slots could   first limit")
    for machines, found in scales(world):
        used = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found.used.items() if name != "slots")
        print(
            f"  {machines:>8} {machines * world.slots:>7} {found.per_hour:>9,.0f} {100 * found.share:>20.0f} %   "
            f"{found.limit} ({used})"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--grading", type=float, default=3.0, help="seconds of a submission with a slot of its own")
    arguments.add_argument("--judge-calls", type=int, default=16)
    arguments.add_argument("--judge-rate", type=float, default=3000.0, help="calls a minute that the endpoint allows")
    arguments.add_argument("--statements-ms", type=float, help="do not measure Postgres: a job's statements take this")
    arguments.add_argument("--beat-ms", type=float, default=5.0, help="with --statements-ms: a sign of life takes this")
    chosen = arguments.parse_args()
    statements, beat = chosen.statements_ms, chosen.beat_ms
    if statements is None:
        from bench.queue import database
        from bench.queue import show as show_database

        found = database()
        print("MEASURED, here and now")
        show_database(found)
        statements, beat = 1000 / found.cycles_per_second * found.cores, found.beat_ms
    world = World(machines=1, grading=chosen.grading, statements=statements / 1000, beat=beat / 1000)
    print("\nGIVEN")
    print(
        f"  a submission {world.grading:g} s, {world.slots} slots a machine, Postgres with {world.database_cores} cores"
    )
    print(f"  a job {1000 * world.statements:.1f} ms of one of them, a sign of life {1000 * world.beat:.1f} ms")
    print(f"  {world.megabytes:g} MB a submission, storage {world.storage:g} MB/s")
    print("\nSIMULATED")
    show("without a judge", world)
    judged = replace(world, judge_calls=chosen.judge_calls, judge_rate=chosen.judge_rate)
    show(f"with a judge: {judged.judge_calls} calls a submission, {judged.judge_rate:g} a minute allowed", judged)


if __name__ == "__main__":
    main()
