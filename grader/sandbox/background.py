"""Work on the engine in threads of its own, whose failure meets whoever waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from grader.errors import GraderError, InfrastructureError
from grader.sandbox.engine import explain


class Background:
    """Threads, and the first thing that went wrong in one of them."""

    def __init__(self) -> None:
        self.problem: GraderError | None = None
        self._threads: list[threading.Thread] = []
        self._events: list[threading.Event] = []

    def event(self) -> threading.Event:
        """An event for `wait`; a failure sets it too."""
        made = threading.Event()
        self._events.append(made)
        return made

    def start(self, work: Callable[[], None]) -> threading.Thread:
        """Runs `work` in a thread."""

        def guarded() -> None:
            try:
                work()
            except Exception as problem:
                self.fail(explain(problem, retry=True))

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def fail(self, problem: GraderError) -> None:
        """Lets whoever waits go on, to meet `problem`."""
        self.problem = self.problem or problem
        for event in self._events:
            event.set()

    def check(self) -> None:
        """Raises what went wrong so far."""
        if self.problem is not None:
            raise self.problem

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Until `event` is set. Raises what went wrong, or InfrastructureError after `seconds`."""
        if not event.wait(seconds) and self.problem is None:
            raise InfrastructureError(f"Docker did not start a container within {seconds:.0f} s.", fix="grade doctor")
        self.check()

    def join(self, seconds: float) -> bool:
        """Until all threads have ended, at most `seconds` for each; whether they have. One that has not is kept."""
        for thread in self._threads:
            thread.join(seconds)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return not self._threads
