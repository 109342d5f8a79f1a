"""The candidate's clock: what its container computed and waited for, and not what the machine kept from it.

A call that computes is clocked by the processor time of the whole container: threads, children, and work that goes on
between calls are in it, and another load on this machine is not. A call that sleeps, or waits for somebody, is clocked
by the time that passes, less the time for which it was ready to run and other programs had the processor. Of the
process that is called the kernel says that to the nanosecond; whether another thread of the container is ready, of a
child or of a shell's command, is looked at every few milliseconds.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from grader_protocol import CEILING
from grader_verifier.gauges import Gauges, Times, times

RESERVE = 2.0
"""So much of that is for calls that take no longer than their limit on any clock."""
PATIENCE = 15.0
"""Times its limit: how long one call may take on this machine's clock, at most. Nothing but a machine that starves it,
by the kernel's own word, brings a call there."""
BUSY_SHARE = 0.9
"""Who has computed for so much of the time since the last look was ready, and need not be looked at."""
DEAREST_LOOK = 0.05
"""Share of the time that is spent with looking, at most: a container may have many threads."""
SLEPT_SECONDS = 0.5
"""What waits so long in one call leaves its processor to others."""
SILENT_TESTS = 3
"""In so many tests something may use up the whole limit of a call without ever having answered."""
SHORT_SECONDS, SHORT_SHARE = 1.0, 0.1
"""What it gets after them, until it answers once: this share of the limit, and no less than these seconds."""


class TimeBudget:
    """The candidate's own time, over the whole run. Nothing of ours is clocked. `sleeps` is called once, when a call
    has slept for long. `ceiling`: times `total`, how long all may take on this machine's clock."""

    def __init__(
        self, call: float, total: float, sleeps: Callable[[], None] = lambda: None, ceiling: float = CEILING
    ) -> None:
        self.call, self.total, self.used, self.ceiling = call, total, 0.0, ceiling
        self.kept = 0.0
        """Seconds for which this machine kept processors from the candidate."""
        self._sleeps, self._has_slept = sleeps, False
        self._answered: set[str] = set()
        self._silent: Counter[str] = Counter()

    @property
    def left(self) -> float:
        return self.total - self.used

    @property
    def starved(self) -> bool:
        """Whether this machine has kept more from the candidate than can be waited for."""
        return self.kept > self.total * (self.ceiling - 1)

    def look(self, clock: Clock) -> None:
        """Whether the call that goes on sleeps."""
        if not self._has_slept and clock.slept() >= SLEPT_SECONDS:
            self._has_slept = True
            self._sleeps()

    def allow(self, limit: float | None, what: str = "") -> tuple[float, str]:
        """Seconds that the next call may take, to a function or of a command named `what`, and the name of the limit
        that says so."""
        wanted = min(limit or self.call, self.call)
        if self.is_silent(what):
            wanted = min(wanted, max(SHORT_SECONDS, wanted * SHORT_SHARE))
        return (self.left, "total") if self.left < wanted else (wanted, "call")

    def is_silent(self, what: str) -> bool:
        """Whether it has used up the limit of a call in test after test, and never answered. What does not answer at
        all, or cannot be imported, holds no place for as long as all tests together may take; and what answers once,
        even within the short time, has its whole time again. What is slower than its limit in the first tests, and
        than the short time in the next, loses those: its answers there would be late more often than not."""
        return self._silent[what] >= SILENT_TESTS and what not in self._answered

    def answered(self, what: str) -> None:
        self._answered.add(what)

    def unanswered(self, what: str) -> None:
        """In one more test."""
        self._silent[what] += 1

    def patience(self, limit: float) -> float:
        """Seconds on this machine's clock after which a call that may take `limit` cannot be judged here.

        It is waited for, rather than ended early and tried again, which would throw away what it has computed: for half
        of what is left to wait, so that calls that never end leave something to those after them. What is in reserve
        they cannot take that way, and so tests that want little time are judged whatever the machine does."""
        left = self.total * (self.ceiling - 1 - RESERVE) - self.kept
        return limit + max(0.0, min(limit * (PATIENCE - 1), left / 2))


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Readings at one time. `computed`: processor seconds of the container; `called`: times of the process that the
    call is to; `throttled`: seconds; `here`: times of the thread that waits for the answer, when it last looked;
    `ready`: seconds for which something in the container ran or could have, as it was looked at every now and then."""

    wall: float
    computed: float | None = None
    called: Times | None = None
    throttled: float = 0.0
    here: Times | None = None
    ready: float = 0.0


def kept(before: Moment, after: Moment) -> float:
    """Seconds between the two for which the machine kept the call waiting for a processor, at least.

    What the container's own other threads took meanwhile, and what it was stopped for because it had used up its share,
    is no doing of the machine's: who keeps itself waiting gains nothing."""
    here = max(0.0, after.here.waited - before.here.waited) if before.here and after.here else 0.0
    if before.computed is None or after.computed is None:
        return here
    computed, waited = after.computed - before.computed, 0.0
    if before.called and after.called:
        others = computed - (after.called.ran - before.called.ran)
        waited = after.called.waited - before.called.waited - max(0.0, others)
    waited = max(waited, after.ready - before.ready - computed)
    return here + max(0.0, waited - (after.throttled - before.throttled))


def own_seconds(before: Moment, after: Moment, charged: float | None) -> float:
    """The candidate's own time. `charged`: the processor time of the container up to which all has been counted before
    (earlier than `before`, where it went on computing between two calls)."""
    passed = max(0.0, after.wall - before.wall - kept(before, after))
    if after.computed is None or charged is None:
        return passed
    return max(passed, after.computed - charged)


def slept_seconds(before: Moment, after: Moment) -> float:
    """Seconds between the two in which nothing of the container's computed, and no machine kept it from that. None
    where that cannot be known."""
    if before.computed is None or after.computed is None:
        return 0.0
    return max(0.0, after.wall - before.wall - kept(before, after) - (after.computed - before.computed))


class Clock:
    """One test's. `start` before a call, `own` while it goes on, `stop` when it is over."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges
        self._charged = gauges.computed()
        self._called: int | None = None
        self._seen: Times | None = None
        """What the process that is called said last. One that has ended says nothing more, and what it had waited for
        by then was waited for."""
        self._gives_way = False
        self._here = _own_times()
        self._ready = self._next = 0.0
        self._before = self._last = Moment(wall=time.monotonic())

    def start(self, called: int | None) -> None:
        """`called`: descriptor of the times of the process that is called."""
        self._called, self._seen, self._gives_way = called, None, False
        self._before = self._last = self._moment()
        self._next = 0.0

    def gives_way(self) -> None:
        """What is called has asked the kernel for less than its share of the processors: for what it waits then, it
        waits on its own time."""
        self._gives_way = True

    @property
    def passed(self) -> float:
        """Seconds since `start` on this machine's clock."""
        return time.monotonic() - self._before.wall

    def own(self) -> float:
        """Own time so far. What kept us from looking earlier kept the call from nothing, as long as it went on."""
        now = self._look(self._moment())
        seconds = own_seconds(self._before, now, self._charged)
        self._before = replace(self._before, here=now.here)
        return seconds

    def _look(self, now: Moment) -> Moment:
        """Whether something in the container is ready to run counts for the time since the last look: by chance of the
        moment too much or too little, and in many looks neither."""
        if now.computed is None or self._last.computed is None or now.wall < self._next:
            return now
        passed = now.wall - self._last.wall
        if now.computed - self._last.computed >= passed * BUSY_SHARE or self._gauges.ready():
            self._ready += passed
        self._next = now.wall + (time.monotonic() - now.wall) / DEAREST_LOOK
        self._last = now = replace(now, ready=self._ready)
        return now

    def slept(self) -> float:
        """Seconds since `start` for which the call has slept."""
        return slept_seconds(self._before, self._moment())

    def waited(self) -> float:
        """Seconds since `start`, less those that the machine kept: as long as an answer has been waited for."""
        now = self._look(self._moment())
        seconds = max(0.0, now.wall - self._before.wall - kept(self._before, now))
        self._before = replace(self._before, here=now.here)
        return seconds

    def stop(self) -> float:
        """The call's own time. What the container computes from here on counts for whatever is clocked next."""
        after = self._moment()
        seconds = own_seconds(self._before, after, self._charged)
        self._charged = after.computed
        return seconds

    def left_over(self) -> float:
        """Processor seconds since the last `stop`, and counts them as charged."""
        before, self._charged = self._charged, self._gauges.computed()
        return max(0.0, self._charged - before) if self._charged is not None and before is not None else 0.0

    def _moment(self) -> Moment:
        self._seen = times(self._called) or self._seen
        return Moment(
            wall=time.monotonic(),
            computed=self._gauges.computed(),
            called=None if self._gives_way else self._seen,
            throttled=self._gauges.throttled(),
            here=times(self._here),
            ready=self._ready,
        )


@cache
def _own_times() -> int | None:
    """A descriptor of the times of the thread that runs the hidden tests."""
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
