"""The commands of a submission's documents, run beside its hidden tests: a grading takes the longer of the two.

Their containers are not started before those of the tests have, which everybody waits for. Side by side only where the
engine's machine has processors and memory for two submissions; else after the tests, so that neither takes the other's.
In a batch they ask for a place of their own, as a submission does. They weigh less than
all others on the processors, and own time is processor time: no point depends on what is tried meanwhile. What they
hold ends with the grading, whatever ends it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError
from grader.grading import claims
from grader.grading.containers import Containers
from grader.grading.run import MakeSandbox, Run

if TYPE_CHECKING:
    from grader.challenge import Manifest, Pack
    from grader.records import Submission


class ClaimsBeside:
    """The block `claims` of one grading, begun at once in a thread of its own. To be closed, whatever happened."""

    def __init__(self, run: Run, pack: Pack, submission: Submission, make: MakeSandbox) -> None:
        own = claims.run_of(run, submission)
        self._containers = Containers(lambda: make(own))
        self._tests_run, self._tests_are_over = threading.Event(), threading.Event()
        self._found: Future[Mapping[str, Any]] = Future()

        def turn() -> None:
            self._tests_run.wait()
            if not room_for_both(pack):
                self._tests_are_over.wait()

        def work() -> None:
            try:
                self._found.set_result(claims.marked_block(run, own, pack, self._containers, turn))
            except BaseException as problem:  # for whoever waits
                self._found.set_exception(problem)

        # No pool's: where a place is waited for that does not come any more, nobody waits for this thread.
        threading.Thread(target=work, name="claims", daemon=True).start()

    def tests_run(self) -> None:
        """The containers of the tests have started, and what they import is there."""
        self._tests_run.set()

    def block(self) -> Mapping[str, Any]:
        """Waits for it. Raises what ends a grading: an interrupt, or that there are no places any more."""
        return self._found.result()

    def after(self, tests: Callable[[], None]) -> None:
        """Lets the commands run that wait for the tests to be over, once `tests` has given their containers back."""
        try:
            tests()
        finally:
            self._no_more_tests()

    def close(self) -> None:
        """Removes their containers, and waits until they are gone."""
        self._containers.close()
        self._no_more_tests()

    def _no_more_tests(self) -> None:
        self._tests_run.set()
        self._tests_are_over.set()


def room_for_both(challenge: Manifest) -> bool:
    """Whether the engine's machine bears two submissions of `challenge` at once. Where nobody can say, it does not."""
    from grader.sandbox.room import room, slots

    with contextlib.suppress(GraderError):
        machine, limits = room(), challenge.limits
        return slots(len(machine.cores), machine.memory, limits.cpus, int(limits.memory)) > 1
    return False
