"""Bounds that only what has no end can miss. No test says how fast anything is: machines are as busy as they are.

What waits is bounded by the clock. What could grow with the square of a hostile text, or worse, is bounded by the
processor time of this process, which other programs do not use up; such texts are made so long that the square of
their length is minutes or hours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WAIT = 60.0
"""Seconds of the clock."""
WORK = 30.0
"""Seconds of the processor."""


@contextmanager
def bounded_wait() -> Iterator[None]:
    """Whatever is waited for within it comes, or is given up."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < WAIT, "it waits without end"


@contextmanager
def bounded_work() -> Iterator[None]:
    """Whatever is worked out within it does not grow out of proportion."""
    began = time.process_time()
    yield
    assert time.process_time() - began < WORK, "it works without end"


def until(done: Callable[[], object], every: float = 0.02) -> None:
    """Waits for what is bound to happen."""
    deadline = time.monotonic() + WAIT
    while not done():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(every)
