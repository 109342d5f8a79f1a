"""Sandboxes made ahead: while a slot runs one submission, the verifier for its next one starts.

A verifier serves one submission and is thrown away with it. To use one again would save a container for each
submission, but the candidate's container joins the verifier's network: counters, sockets that wait out their time and
what the kernel remembers of addresses would pass from one candidate to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from grader.pipeline import Run
    from grader.sandbox.protocol import Event, Job, Sandbox

Clock = Callable[[str, float], None]


class Usable(Protocol):
    """A sandbox that may wait for its submission for long."""

    def boot(self) -> None: ...
    def run(self, job: Job) -> Iterator[Event]: ...
    def facts(self) -> Mapping[str, Any]: ...
    def close(self) -> None: ...
    def usable(self) -> bool: ...


class Make(Protocol):
    """Makes a sandbox for the slot of that number."""

    def __call__(self, clock: Clock, slot: int) -> Usable: ...


class Ahead:
    """Hands out sandboxes, as `pipeline.MakeSandbox`. Each thread that asks is a slot; once its submission's tests run,
    the next sandbox is booted, as long as there are more submissions waiting than sandboxes ready."""

    def __init__(self, make: Make, waiting: Callable[[], int]) -> None:
        self._make, self._waiting = make, waiting
        self._lock = threading.Lock()
        self._slots: dict[int, int] = {}
        self._ready: dict[int, _Spare] = {}
        self._closed = False
        self._runs: dict[int, str] = {}

    def sandbox(self, run: Run) -> Sandbox:
        """A sandbox for `run`: the one that is ready, or a new one. A run that asks again gets a new one, for something
        went wrong with the first."""
        thread = threading.get_ident()
        with self._lock:
            slot = self._slots.setdefault(thread, len(self._slots))
            again = self._runs.get(slot) == run.id
            self._runs[slot] = run.id
            spare = None if again else self._ready.pop(slot, None)
        if spare is not None and not spare.sandbox.usable():
            spare.sandbox.close()
            spare = None
        spare = spare or _Spare(self._make, slot)
        spare.clock = run.took
        return _Handed(spare, lambda: self._prepare(slot))

    def close(self) -> None:
        """Removes what was made and not handed out, and makes no more."""
        with self._lock:
            self._closed = True
            left = list(self._ready.values())
            self._ready.clear()
        for spare in left:
            spare.sandbox.close()

    def _prepare(self, slot: int) -> None:
        with self._lock:
            if self._closed or slot in self._ready or self._waiting() <= len(self._ready):
                return
            spare = self._ready[slot] = _Spare(self._make, slot)
            spare.boot()


class _Spare:
    """A sandbox and the clock of whichever run gets it."""

    def __init__(self, make: Make, slot: int) -> None:
        self.clock: Clock = lambda _stage, _seconds: None
        self.sandbox = make(lambda stage, seconds: self.clock(stage, seconds), slot)
        self._booted = False

    def boot(self) -> None:
        if not self._booted:
            self._booted = True
            self.sandbox.boot()


class _Handed:
    """A spare in the hands of a run."""

    def __init__(self, spare: _Spare, under_way: Callable[[], None]) -> None:
        self._spare, self._under_way = spare, under_way

    def boot(self) -> None:
        self._spare.boot()

    def run(self, job: Job) -> Iterator[Event]:
        for event in self._spare.sandbox.run(job):
            if event["event"] == "connected":
                self._under_way()
            yield event

    def facts(self) -> Mapping[str, Any]:
        return self._spare.sandbox.facts()

    def close(self) -> None:
        self._spare.sandbox.close()
