"""How much of its own time a candidate takes in one test: calls on the clock, and what goes on between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from grader_verifier.bridge_link import Link, Process
from grader_verifier.clock import Clock, TimeBudget
from grader_verifier.gauges import gives_way

LOOK_SECONDS = 0.01
"""How often the time of a call that goes on is looked at, in the mean: nothing that it does is in step with that."""
GLANCE_SECONDS = 0.002
"""How often its memory is: what is taken and given back sooner than that was never more than a few megabytes."""
KEPT_SECONDS = 0.1
"""Where a call has waited so long for a processor, it is looked whether it asked for that."""
QUIET_SECONDS, QUIET_LOOKS, QUIET_SHARE = 0.005, 4, 0.2
"""A container is at rest when so many looks in a row, so far apart, found no thread that computes, and less than this
share of a processor used between them."""


class OwnTime:
    """`begin`, `wait`, `stop` for a command; `clear`, and then `start`, `wait`, `stop` for each of several calls."""

    def __init__(self, link: Link, budget: TimeBudget) -> None:
        self.total = 0.0
        """Seconds in this test so far."""
        self.starved = False
        """Whether this machine gave a call so little of its processors that it cannot be judged."""
        self.order: list[int] = []
        """Place of each of the last calls among what the test asked for."""
        self._link, self._budget, self._clock = link, budget, Clock(link.gauges)
        self._each: list[float] = []
        self._at_rest = True
        self._chance = random.Random()  # noqa: S311 - it keeps nothing secret
        self._called: Process | None = None
        self._giving_way: set[int] = set()
        """Processes that have asked the kernel for less than their share. There is no way back from that."""

    def meet(self, link: Link) -> None:
        """The container was cleared, or another took its place: nothing computes in it, nothing is left to charge."""
        self._link, self._clock, self._at_rest = link, Clock(link.gauges), True
        self._giving_way = set()

    def clear(self, calls: int) -> None:
        self._each, self.order = [], list(range(calls))

    def begin(self, process: Process) -> None:
        self.clear(1)
        self.start(process)

    def start(self, process: Process) -> None:
        self._called = process
        self._clock.start(process.times)
        if process.pid in self._giving_way:
            self._clock.gives_way()

    def wait(self, done: Callable[[], bool], seconds: float, talking: Process) -> bool:
        """Moves bytes until `done()`; False when the candidate has used up `seconds` of its own first."""
        look = time.monotonic() + min(seconds, self._pause())
        while not self._link.wait(done, min(look, time.monotonic() + GLANCE_SECONDS), talking):
            self._link.memory.glance()
            if time.monotonic() < look:
                continue
            if self.used_up(seconds):
                return False
            look = time.monotonic() + min(max(0.001, seconds - self._clock.own()), self._pause())
        return True

    def _pause(self) -> float:
        return LOOK_SECONDS * self._chance.uniform(0.5, 1.5)

    def used_up(self, seconds: float) -> bool:
        self._budget.look(self._clock)
        if self._clock.own() >= seconds:
            return True
        willing = self._gives_way()
        if self._clock.own() >= seconds:
            return True
        if self._clock.passed < self._budget.patience(seconds):
            return False
        # Who asked the kernel for less than its share was not starved by the machine.
        self.starved |= not willing
        return True

    def _gives_way(self) -> bool:
        """Whether a call that waits for a processor has itself asked for it to be given to others first. The kernel is
        asked, and not pid 1, which would wait for its turn among all that the candidate has started."""
        called = self._called
        if called is None or called.pid in self._giving_way:
            return called is not None
        if self._clock.passed - self._clock.own() < KEPT_SECONDS or not gives_way(called.stat):
            return False
        self._giving_way.add(called.pid)
        self._clock.gives_way()
        return True

    def stop(self) -> None:
        passed, seconds = self._clock.passed, self._clock.stop()
        self._budget.kept += max(0.0, passed - seconds)
        self._link.memory.glance()
        self._each.append(seconds)
        self._at_rest = False
        self._charge(seconds)

    def of_each(self) -> list[float]:
        """Own time of each of the last calls, in the order of what was asked for. Waits until nothing computes in the
        container any more, for as long as a call may take; what it computed meanwhile counts for the last call."""
        self._come_to_rest()
        return put_back(self._each, self.order)

    def reader(self) -> Callable[[], float]:
        """Gives the own time of the last calls whenever it is asked for, as `of_each` does as long as they are last."""
        each = self._each

        def seconds() -> float:
            if each is self._each:
                self._come_to_rest()
            return sum(each)

        return seconds

    def begin_waiting(self) -> None:
        """A hidden test waits, in a socket of its own, for something that the container is to do."""
        self._clock.start(None)

    def waits_on(self, seconds: float) -> bool:
        """Whether it may, for it has waited less than `seconds` so far, on the candidate's clock."""
        self._link.memory.glance()
        if self._clock.waited() >= seconds:
            return False
        self.starved |= (starved := self._clock.passed >= self._budget.patience(seconds))
        return not starved

    def end_waiting(self) -> float:
        """Seconds that it waited, without those that the machine kept from the container; they are charged."""
        waited, passed, seconds = self._clock.waited(), self._clock.passed, self._clock.stop()
        self._budget.kept += max(0.0, passed - seconds)
        self._link.memory.glance()
        self._charge(seconds)
        return waited

    def close(self) -> None:
        """The test is over: what the container computed since the last call is the candidate's as well."""
        self._charge(self._clock.left_over())

    def _charge(self, seconds: float) -> None:
        self.total += seconds
        self._budget.used += seconds

    def _come_to_rest(self) -> None:
        if self._at_rest or not self._each:
            return
        self._at_rest = True
        until, quiet, extra = time.monotonic() + self._budget.call, 0, 0.0
        while quiet < QUIET_LOOKS and time.monotonic() < until:
            time.sleep(QUIET_SECONDS)
            self._link.memory.look()
            more = self._clock.left_over()
            busy = more > QUIET_SECONDS * QUIET_SHARE or self._link.ask(op="usage")[0]["running"]
            quiet, extra = 0 if busy else quiet + 1, extra + more
        self._each[-1] += extra
        self._charge(extra)


def put_back(drawn: list[Any], order: list[int]) -> list[Any]:
    """What came in the drawn `order`, in the order of what was asked for; what did not come is left out."""
    return [value for _, value in sorted(zip(order, drawn, strict=False), key=lambda pair: pair[0])]
