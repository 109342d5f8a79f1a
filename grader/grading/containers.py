"""The containers of one run: the one way to run a job, with the one retry that there is.

An engine that vanishes in the middle is no one's fault: what it was asked is asked once more, in new containers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grader.errors import InfrastructureError, Interrupted

if TYPE_CHECKING:
    from grader.records import VerifierResult
    from grader.sandbox.protocol import Event, Job, Sandbox


class Containers:
    """A sandbox that is made when it is first needed. The thread that runs it and one that stops it may both close."""

    def __init__(self, make: Callable[[], Sandbox], say: Callable[[str], None] = lambda _text: None) -> None:
        self._make, self._say = make, say
        self._sandbox: Sandbox | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._begun: Iterator[Event] | None = None
        self.events: list[Event] = []
        """All that left the verifier, in the attempt that counts."""

    def boot(self) -> None:
        """Starts what does not depend on the submission, in the background, unless that was done. Raises Interrupted
        after `close`."""
        if self._sandbox is not None:
            return
        sandbox = self._make()
        with self._lock:
            self._sandbox = sandbox  # closed from now on by `close`, whatever happens
            if self._closed:
                sandbox.close()
                raise Interrupted("The run was stopped.")
            sandbox.boot()

    def begin(self, job: Job) -> None:
        """Starts what `job` needs, in the background: `observe` is asked about it next."""
        self._begun = self.run(job)

    def observe(self, job: Job, progress: Callable[[int, int], None] = lambda _done, _all: None) -> VerifierResult:
        """What the hidden tests observed. Raises ChallengeError, InfrastructureError, Interrupted."""
        try:
            return self._observe(job, progress)
        except InfrastructureError as problem:
            if not problem.retry or self._closed:
                raise
            self._say(f"{problem.message} Trying once more.")
            self.give_back()
            return self._observe(job, progress)

    def _observe(self, job: Job, progress: Callable[[int, int], None]) -> VerifierResult:
        from grader.grading.observed import collect

        events, self._begun = self._begun or self.run(job), None
        return collect(events, progress)

    def run(self, job: Job) -> Iterator[Event]:
        """What the verifier says of `job`, as it comes; asked once. Raises as `observe`."""
        self.boot()
        assert self._sandbox is not None  # noqa: S101 - booted
        self.events = []
        return _noted(self._sandbox.run(job), self.events)

    def facts(self) -> Mapping[str, Any]:
        """What the run rested on; also after `close`."""
        return self._sandbox.facts() if self._sandbox is not None else {}

    def close(self) -> None:
        """Removes everything, and waits until it is gone. May be called more than once."""
        with self._lock:
            self._closed = True
            if self._sandbox is not None:
                self._sandbox.close()

    def give_back(self) -> None:
        """Removes what was booted, and gives its place to whoever waits for one; `boot` may be called again."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
            self._sandbox = None


def _noted(events: Iterable[Event], seen: list[Event]) -> Iterator[Event]:
    for event in events:
        seen.append(event)
        yield event
