"""Slots: each grades one submission after the other, with one verifier that stays.

What a slot keeps is trusted: the verifier serves each submission in a new process, and no candidate code runs in it.
The candidate's container, with its network, is made anew for each submission.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.pipeline import Run
    from grader.sandbox.protocol import Sandbox
    from grader.sandbox.verifier import Verifier

MakeVerifier = Callable[[int], "Verifier"]
"""Makes the verifier of the slot of that number."""


class Slots:
    """Hands out sandboxes, as `pipeline.MakeSandbox`. Each thread that asks is a slot."""

    def __init__(self, make: MakeVerifier) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._slots: dict[int, _Slot] = {}
        self._prepared: list[Verifier] = []
        self._closed = False

    def prepare(self, many: int) -> None:
        """Starts the verifiers of the first `many` slots, in the background."""
        for slot in range(many):
            self._prepared.append(self._make(slot))
            self._prepared[-1].boot()

    def sandbox(self, run: Run) -> Sandbox:
        """A sandbox for `run`, with the slot's verifier: the one that is there, or a new one where that has served its
        time. A run that asks again gets a new one, for something went wrong with the first."""
        from grader.sandbox.docker import DockerSandbox

        verifier = self._verifier(run.id)
        return DockerSandbox(run.id, runtime=run.settings.runtime, clock=run.took, verifier=verifier)

    def close(self) -> None:
        """Removes all verifiers, and makes no more that would stay."""
        with self._lock:
            self._closed = True
            ends = [slot.close for slot in self._slots.values()] + [each.close for each in self._prepared]
            self._prepared.clear()
        threads = [threading.Thread(target=end) for end in ends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _verifier(self, run: str) -> Verifier:
        thread = threading.get_ident()
        with self._lock:
            if self._closed:
                raise RuntimeError("a slot was asked for a sandbox after its end")
            slot = self._slots.get(thread) or self._new_slot(thread)
        if slot.verifier is not None and (slot.run == run or not slot.verifier.usable()):
            slot.close()
        slot.run = run
        if slot.verifier is None:
            slot.verifier = self._make(slot.number)
        return slot.verifier

    def _new_slot(self, thread: int) -> _Slot:
        slot = self._slots[thread] = _Slot(len(self._slots), self._prepared.pop(0) if self._prepared else None)
        return slot


class _Slot:
    """A thread's verifier, and the run that had it last."""

    def __init__(self, number: int, verifier: Verifier | None) -> None:
        self.number, self.verifier, self.run = number, verifier, ""

    def close(self) -> None:
        if self.verifier is not None:
            self.verifier.close()
            self.verifier = None
