"""Attempts at a grade, and what became of a submission by them: the same on one machine and on many."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from grader.batch.ask_again import unanswered
from grader.batch.entries import BatchEntry
from grader.errors import ChallengeError, GraderError, InfrastructureError, RefusedError
from grader.grading.failure import save_failure, unforeseen
from grader.grading.pipeline import grade
from grader.grading.run import MakeSandbox, Run
from grader.records import Grade
from grader.sandbox.kept import StoppedError

State = Literal["graded", "refused", "challenge_error", "infrastructure_error", "not_started"]


@dataclass(frozen=True, kw_only=True)
class BatchOutcome:
    """What became of one submission."""

    entry: BatchEntry
    state: State
    reason: str = ""
    score: float | None = None
    recommendation: str = ""
    seconds: float = 0.0
    attempts: int = 0
    """0: the result was there already."""
    of_submission: bool = False
    """No grade for a fault that came of what this submission names or holds, such as its address."""
    unanswered: str = ""
    """Why the judge gave no usable answer for a criterion, where it was asked."""

    @property
    def was_there(self) -> bool:
        return self.attempts == 0 and self.state != "not_started"


def until_graded(
    run: Callable[[], Run], make_sandbox: MakeSandbox, again: Callable[[InfrastructureError], bool]
) -> tuple[Grade | GraderError, int]:
    """The grade, or why there is none (then grade.json says it too), with the attempts that it took. After a fault of
    the machine `again` says whether there is another, and waits before it. Raises StoppedError where an attempt got no
    place, and what `again` raises."""
    attempts = 0
    while True:
        attempts += 1
        result = _attempt(run(), make_sandbox)
        if not isinstance(result, InfrastructureError) or not again(result):
            return result, attempts


def _attempt(run: Run, make_sandbox: MakeSandbox) -> Grade | GraderError:
    try:
        return grade(run, make_sandbox)
    except StoppedError:
        raise
    except (RefusedError, ChallengeError, InfrastructureError) as problem:
        return problem
    except Exception as problem:  # whatever it is, the other submissions go on
        found = unforeseen(problem)
        with contextlib.suppress(Exception):
            save_failure(run, found)
        return found


class Streak:
    """How many submissions in a row a machine failed, noted from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed = 0

    def note(self, outcome: BatchOutcome) -> int:
        """How many it is with this one; 0 where the machine did not fail it. What came of a submission's own address or
        packages says nothing of the machine."""
        if outcome.of_submission:
            return 0
        with self._lock:
            self._failed = self._failed + 1 if outcome.state == "infrastructure_error" else 0
            return self._failed


def outcome_of(entry: BatchEntry, result: Grade, seconds: float, attempts: int) -> BatchOutcome:
    """What became of `entry`, by its result."""
    return BatchOutcome(
        entry=entry,
        state=result.status,
        reason=result.reason,
        unanswered=next(iter(unanswered(result).values()), ""),
        score=result.score.value if result.score else None,
        recommendation=result.recommendation if result.score else "",
        seconds=seconds,
        attempts=attempts,
    )


def no_grade(entry: BatchEntry, problem: GraderError, seconds: float, attempts: int) -> BatchOutcome:
    """What became of `entry` where `problem` stood against a grade."""
    return BatchOutcome(
        entry=entry, state=problem.status, reason=problem.message, seconds=seconds, attempts=attempts,
        of_submission=isinstance(problem, InfrastructureError) and problem.of_submission,
    )  # fmt: skip
