"""How much work the gateway does for a candidate: processor time for one answer, and for all of one test."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator

ANSWER_SECONDS, TEST_SECONDS = 2.0, 20.0


class OverrunError(BaseException):
    """An answer takes more than it is given. No `Exception`, so that nothing on the way takes it for its own."""


class Allowance:
    """Counts processor time of this process. To be made in its main thread, which then may be interrupted."""

    def __init__(self) -> None:
        self._spent = 0.0
        signal.signal(signal.SIGPROF, _overrun)

    def reset(self) -> None:
        """A new test has it all again."""
        self._spent = 0.0

    def use_up(self) -> None:
        """Nothing is answered any more until `reset`."""
        self._spent = float("inf")

    @contextlib.contextmanager
    def of_one_answer(self) -> Iterator[None]:
        """Raises OverrunError in what takes too long within this, or at once where the test has had its share."""
        left = min(ANSWER_SECONDS, TEST_SECONDS - self._spent)
        if left <= 0:
            raise OverrunError
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, left)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._spent += time.process_time() - began


def _overrun(_signal: int, _frame: object) -> None:
    raise OverrunError
