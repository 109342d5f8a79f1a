"""How much work a hidden test may do in this process: processor time and memory.

What a candidate gives may be made to be slow or large in the hands of a test that only looks at it. The kernel's own
limits come too late: they end the process, and with it what the other tests would have seen.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator

from grader_verifier.blame import TestOverrunError

TEST_SECONDS, RUN_SECONDS = 20.0, 90.0
"""Processor time of this process for one test, and for all."""
MEMORY = 500_000_000
"""Bytes of data that one test may take; the container has more, so that there is room to say what happened."""
AGAIN_SECONDS = 1.0
"""Between two tries to end it: it may be where it must not be left, or catch whatever is raised."""
WORDS = "the test took more than {:g} s of processor time to work on it"


class Bounds:
    """Of all tests of one run. To be made in the main thread, where the tests run. `busy()`: whether the test is where
    it must not be left, in the middle of an exchange with the bridge."""

    def __init__(self, busy: Callable[[], bool] = lambda: False) -> None:
        self.used = 0.0
        """Seconds of all tests so far that had something of the candidate's in hand."""
        self._busy, self._inside, self._took = busy, False, 0.0
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGPROF, self._overrun)

    @property
    def used_up(self) -> bool:
        return self.used >= RUN_SECONDS

    def begin(self) -> None:
        """A new test."""
        self._took = 0.0

    def charge(self) -> None:
        """What this test took counts for the run."""
        self.used += self._took

    @contextlib.contextmanager
    def within(self) -> Iterator[None]:
        """A part of the test: what goes beyond the bounds meets TestOverrunError or MemoryError."""
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        began = time.process_time()
        self._inside = True
        most = data() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
        signal.setitimer(signal.ITIMER_PROF, max(TEST_SECONDS - self._took, AGAIN_SECONDS), AGAIN_SECONDS)
        try:
            yield
        finally:
            self._inside = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
            self._took += time.process_time() - began

    def _overrun(self, _signal: int, _frame: object) -> None:
        if self._inside and not self._busy():
            raise TestOverrunError(WORDS.format(TEST_SECONDS))


def data() -> int:
    """Bytes of data that this process has, as RLIMIT_DATA counts them."""
    with open("/proc/self/status") as file:
        return next((int(line.split()[1]) << 10 for line in file if line.startswith("VmData:")), 0)
