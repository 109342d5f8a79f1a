"""What the hidden tests see of each change, beside the work as it was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.authoring.mutation import limits_after
from grader.authoring.promises import reason
from grader.authoring.runs import Ran, Runner, Say, Task
from grader.errors import UsageError, visible
from grader.follow_up.changes import Change
from grader.grading.job import limits_of
from grader.records import Submission, TestStatus
from grader.submission import make_submission


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A hidden test that gave fewer points than for the work as it was handed in. For the interviewer alone."""

    id: str
    title: str
    points: float
    """Points lost."""
    why: str


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A change with what came of it; `lost` is None where it could not be run or judged."""

    change: Change
    lost: tuple[Lost, ...] | None


def run(runner: Runner, submission: Submission, changes: Sequence[Change], seed: int, say: Say) -> list[Seen]:
    """Runs `submission` as it is, then with each change, on the data of `seed`. Raises UsageError where the work as it
    is cannot be run, InfrastructureError."""
    if not changes:
        return []
    say("running the work as it was handed in")
    (asis,) = runner.run([Task(name="as handed in", submission=submission, seed=seed)])
    if asis.observed is None:
        raise UsageError(f"The work cannot be run as it was handed in: {visible(str(asis.problem), 300)}")
    limits = limits_after(asis, limits_of(runner.challenge))
    tasks = [
        Task(
            name=f"change {number}", seed=seed, limits=limits,
            submission=make_submission({**submission.files, one.path: one.source}),
        )
        for number, one in enumerate(changes, 1)
    ]  # fmt: skip
    runs = runner.run(tasks, lambda _ran, done: say(f"change {done} of {len(tasks)}"))
    return [Seen(change=one, lost=_lost(asis, ran)) for one, ran in zip(changes, runs, strict=True)]


def _lost(asis: Ran, ran: Ran) -> tuple[Lost, ...] | None:
    if ran.observed is None or any(test.status is TestStatus.ERROR for test in ran.points.tests):
        return None
    before = {test.id: test.points for test in asis.points.tests}
    return tuple(
        Lost(id=test.id, title=test.title, points=before[test.id] - test.points, why=reason(test))
        for test in ran.points.tests
        if before.get(test.id, 0.0) - test.points > 1e-6
    )


def chosen(seen: Sequence[Seen], many: int) -> list[Seen]:
    """Those to talk about: each of a function of its own where there are so many; first what few tests saw, since what
    breaks everything says nothing of the line; then what no test saw."""
    order = sorted(seen, key=lambda one: (not one.lost, len(one.lost or ())))  # a stable sort: else as they were drawn
    picked: list[Seen] = []
    for fresh in (True, False):
        for one in order:
            taken = {(other.change.path, other.change.function) for other in picked}
            new = (one.change.path, one.change.function) not in taken
            if len(picked) < many and one not in picked and new is fresh:
                picked.append(one)
    return picked
