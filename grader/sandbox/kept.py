"""Places for submissions: so many are in containers at once, each with one verifier that stays in its place.

What stays is trusted: the verifier serves each submission in a new process, and no candidate code runs in it. The
candidate's container, with its network, is made anew for each submission.

More submissions may be under way than there are places: while the containers of one are at work, another is read, or
judged, or its report written.

What has slept in a call leaves its processor to others, and what stays in its place far longer than the others mostly
waits. Neither holds anybody up: a spare place is opened beside it, and closed when it leaves.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from grader.sandbox.images import Pins

if TYPE_CHECKING:
    from grader.sandbox.docker import DockerSandbox
    from grader.sandbox.protocol import Event, Job, Sandbox
    from grader.sandbox.verifier import Verifier
    from grader.settings import Settings

LONG_TIMES, LONG_SECONDS, LONG_AT_FIRST = 4.0, 3.0, 10.0
"""Long is so many times what the quickest quarter of those before it took, and so many seconds; as long as fewer than
`SOME` are known, so many seconds. A quarter, since several may hang."""
SOME, REMEMBERED = 3, 50
LOOK_SECONDS = 0.5

MakeVerifier = Callable[[int], "Verifier"]
"""Makes the verifier of the place of that number."""


class StoppedError(Exception):
    """No place is given any more."""


class Asking(Protocol):
    """A grading that asks for a place: its id, its settings, its clock, and who is told what it waits for."""

    id: str
    settings: Settings
    timings: dict[str, float]
    began: float

    @property
    def say(self) -> Callable[[str], None]: ...

    def took(self, stage: str, seconds: float) -> None: ...


class Verifiers:
    """Makes the verifiers of places; all of one image, also where its tag is made anew meanwhile."""

    def __init__(self, base_image: str, cores: Sequence[str] = ()) -> None:
        """`cores`: for each place, the processor cores that its containers stay on; anywhere where that is empty."""
        self._base_image, self._cores, self._pins = base_image, cores, Pins()

    def __call__(self, number: int) -> Verifier:
        from grader.sandbox.verifier import Verifier

        cores = self._cores[number] if number < len(self._cores) else ""
        return Verifier(pins=self._pins, cores=cores, base_image=self._base_image)

    def look_again(self) -> None:
        """From now on with the image that its tag stands for by then."""
        self._pins = Pins()


class Slots:
    """`many` places. `sandbox` is what a grading makes its sandbox with."""

    def __init__(self, many: int, make: MakeVerifier, now: Callable[[], float] = time.monotonic) -> None:
        self._make, self._now = make, now
        self._many = many
        self._changed = threading.Condition()
        self._all = [_Slot(number) for number in range(many)]
        self._free = self._all[::-1]
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        """Seconds that those before stayed in their places."""
        self._stopped = False

    def prepare(self, many: int) -> None:
        """Starts the verifiers of the first `many` places, in the background."""
        for slot in self._all[:many]:
            slot.verifier = self._make(slot.number)
            slot.verifier.boot()

    def sandbox(self, run: Asking) -> Sandbox:
        """Waits for a place and gives a sandbox in it. The run's clock begins here. Raises StoppedError."""
        slot = self._take(lambda: run.say("waiting for a place"))
        if not run.timings:  # else it asks again, after a fault of the machine
            run.began = time.monotonic()
        return self._placed(slot, run.id, run.settings.runtime, run.took)

    def place(self, run_id: str, runtime: str) -> Sandbox:
        """As `sandbox`, for a run that keeps no clock."""
        return self._placed(self._take(lambda: None), run_id, runtime, lambda _stage, _seconds: None)

    def _placed(self, slot: _Slot, run_id: str, runtime: str, clock: Callable[[str, float], None]) -> Sandbox:
        """With the verifier that is in the place, or a new one where that has served its time. A place whose verifier
        cannot be had goes back: all would wait for it for ever."""
        from grader.sandbox.docker import DockerSandbox

        try:
            if slot.verifier is not None and not slot.verifier.usable():
                slot.close()
            if slot.verifier is None:
                slot.verifier = self._make(slot.number)
        except BaseException:
            self._give_back(slot)
            raise
        sandbox = DockerSandbox(run_id, runtime=runtime, clock=clock, verifier=slot.verifier)
        return _Placed(sandbox, lambda: self._give_back(slot), lambda: self._sleeps(slot))

    def stop(self) -> None:
        """Gives no more places; those that are taken are not disturbed."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def close(self) -> None:
        """Removes all verifiers. To be called when no place is taken."""
        self.stop()
        threads = [threading.Thread(target=slot.close) for slot in self._all]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _take(self, waits: Callable[[], None]) -> _Slot:
        with self._changed:
            if not self._has_room() and not self._stopped:
                waits()
            while not self._has_room() and not self._stopped:
                self._changed.wait(LOOK_SECONDS)  # nobody tells when something has begun to take long
            if self._stopped:
                raise StoppedError
            if not self._free:
                self._free.append(_Slot(len(self._all)))
                self._all.append(self._free[-1])
            slot = self._free.pop()
            slot.since, slot.sleeps = self._now(), False
            return slot

    def _has_room(self) -> bool:
        """Whether fewer places are taken than there are; beside each that is taken by what sleeps, or for long, there
        is one more, until there are twice as many."""
        taken = [slot for slot in self._all if slot not in self._free]
        long = LONG_AT_FIRST
        if len(self._took) >= SOME:
            long = max(LONG_SECONDS, LONG_TIMES * sorted(self._took)[len(self._took) // 4])
        late = sum(slot.sleeps or self._now() - slot.since > long for slot in taken)
        return len(taken) < self._many + min(late, self._many)

    def _sleeps(self, slot: _Slot) -> None:
        with self._changed:
            slot.sleeps = True
            self._changed.notify_all()

    def _give_back(self, slot: _Slot) -> None:
        with self._changed:
            self._took.append(self._now() - slot.since)
            self._free.append(slot)
            self._free.sort(key=lambda each: -each.number)
            self._changed.notify_all()


class _Slot:
    """A place, and the verifier in it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.verifier: Verifier | None = None
        self.since = 0.0
        """When it was taken, by the clock of `Slots`."""
        self.sleeps = False
        """Whether a call of the submission in it has slept."""

    def close(self) -> None:
        verifier, self.verifier = self.verifier, None
        if verifier is not None:
            verifier.close()


class _Placed:
    """A sandbox that gives its place back when it is closed, and says when what runs in it sleeps."""

    def __init__(self, sandbox: DockerSandbox, leave: Callable[[], None], sleeps: Callable[[], None]) -> None:
        self._sandbox, self._leave, self._sleeps = sandbox, leave, sleeps
        self._left = threading.Lock()

    def boot(self) -> None:
        self._sandbox.boot()

    def run(self, job: Job) -> Iterator[Event]:
        for event in self._sandbox.run(job):
            if event["event"] == "sleeps":
                self._sleeps()
            yield event

    def facts(self) -> Mapping[str, Any]:
        return self._sandbox.facts()

    def close(self) -> None:
        try:
            self._sandbox.close()
        finally:
            if self._left.acquire(blocking=False):  # closed by several; the place is given back once
                self._leave()
