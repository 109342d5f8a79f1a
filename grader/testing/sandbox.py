"""A sandbox that plays events instead of running anything: for tests of the stages above it, and to score a saved run
again through the way that a live one takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grader.errors import GraderError, InfrastructureError
from grader.records import TestResult, TestStatus, VerifierResult
from grader.sandbox.protocol import Event, Job


class ScriptedSandbox:
    """Plays `events`, then raises `problem` where one is given. See `grader.sandbox.protocol.Sandbox`.

    `jobs` holds what it was asked to run, `closed` how often it was closed.
    """

    def __init__(
        self, events: Sequence[Event], *, problem: GraderError | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        self.events, self.problem = tuple(events), problem
        self.jobs: list[Job] = []
        self.booted = False
        self.closed = 0
        self._facts = dict(facts) if facts is not None else {"images": {}, "limits": {}}

    def boot(self) -> None:
        self.booted = True

    def run(self, job: Job) -> Iterator[Event]:
        if not self.booted or self.closed:
            raise InfrastructureError("The sandbox was not booted, or is closed already.")
        self.jobs.append(job)
        yield from self.events
        if self.problem is not None:
            raise self.problem

    def facts(self) -> Mapping[str, Any]:
        return dict(self._facts)

    def close(self) -> None:
        self.closed += 1


def recorded(observed: VerifierResult) -> list[Event]:
    """The events that gave `observed`: `grader.grading.observed.collect` makes the same result of them."""
    tests = [
        {"id": test.id, "group": test.group, "max_points": test.max_points, "title": test.title}
        for test in observed.tests
    ]
    events: list[Event] = [{"event": "expected", "tests": tests}, {"event": "connected", "python": "3.11"}]
    events += [result_event(test) for test in observed.tests]
    return [*events, {"event": "done", "code": 0, "message": "", "resources": dict(observed.resources)}]


def result_event(test: TestResult) -> Event:
    """What the verifier says of one test."""
    return {
        "event": "test",
        "id": test.id,
        "status": test.status.value,
        "message": test.message,
        "fault": test.fault.value if test.fault else None,
        "seconds": test.seconds,
        "metrics": [
            {name: value for name, value in asdict(metric).items() if name != "test"} for metric in test.metrics
        ],
        "limits": list(test.limits),
        "stdout": test.stdout,
        "stderr": test.stderr,
        "dropped_bytes": test.dropped_bytes,
        "peak_memory": test.peak_memory,
        "used": test.status is not TestStatus.NOT_RUN,
        "stumbled": test.stumbled,
        "model_calls": [dict(call) for call in test.model_calls],
    }
