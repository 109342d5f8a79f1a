"""From the verifier's events to a VerifierResult: each expected test has exactly one result, or there is no grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from grader.errors import ChallengeError, InfrastructureError, visible
from grader.records import Fault, Metric, TestResult, TestStatus, VerifierResult
from grader.sandbox.protocol import Event

Progress = Callable[[int, int], None]
"""Told how many tests have ended, and how many there are; for the first time when it is known which there are."""


def collect(events: Iterable[Event], progress: Progress = lambda _done, _all: None) -> VerifierResult:
    """The result of a run. Raises ChallengeError where the pack is broken (its tests cannot be collected, or one fails
    by itself), InfrastructureError where a test could not run; neither ever becomes points."""
    expected: dict[str, Mapping[str, Any]] = {}
    results: dict[str, TestResult] = {}
    resources: Mapping[str, float] = {}
    for event in events:
        kind = event["event"]
        if kind == "expected":
            expected = {test["id"]: test for test in event["tests"]}
            progress(0, len(expected))
        elif kind == "test":
            _add(event, expected, results)
            progress(len(results), len(expected))
        elif kind == "broken":
            message = _told(str(event.get("message") or f"pytest ended with code {event.get('code')}"))
            raise ChallengeError(f"The hidden tests cannot be run: {message}", fix="grade challenge check")
        elif kind == "done":
            resources = event.get("resources", {})
    missing = [name for name in expected if name not in results]
    if missing or not expected:
        what = (
            f"{len(missing)} of {len(expected)} hidden tests gave no result"
            if expected
            else "There are no hidden tests"
        )
        raise ChallengeError(f"{what}{': ' + missing[0] if missing else ''}.", fix="grade challenge check")
    tests = tuple(results[name] for name in expected)
    return VerifierResult(expected=tuple(expected), tests=tests, limits_hit=_limits_hit(tests), resources=resources)


def _told(message: str) -> str:
    """A traceback of the verifier's in one line: where it began and what it ended with. What lies between quotes hidden
    tests, and this sentence may be read by a candidate."""
    lines = [line for line in message.splitlines() if line.strip()]
    return visible(" … ".join(dict.fromkeys([lines[0].strip(), lines[-1].removeprefix("E ").strip()])), 600)


def _add(event: Event, expected: Mapping[str, Mapping[str, Any]], results: dict[str, TestResult]) -> None:
    name = event["id"]
    if name not in expected or name in results:
        raise ChallengeError(f"The verifier reported {name!r}, which was not expected or is there already.")
    fault = Fault(event["fault"]) if event["fault"] else None
    if event["status"] == "error" and fault is Fault.INFRASTRUCTURE and not event.get("starved"):
        raise InfrastructureError(f"The run was cut short in {name}: {event['message']}", fix="grade again")
    if event["status"] in {"error", "failed"} and not event["used"] and not event.get("starved"):
        raise ChallengeError(f"The hidden test {name} fails by itself, without the submission: {event['message']}")
    results[name] = _result(event, expected[name], fault)


def _result(event: Event, test: Mapping[str, Any], fault: Fault | None) -> TestResult:
    status = TestStatus(event["status"])
    metrics = tuple(Metric(**metric, test=event["id"]) for metric in event["metrics"])
    most = float(test["max_points"])
    credit = sum(metric.credit for metric in metrics) / len(metrics) if metrics else 1.0
    return TestResult(
        id=event["id"],
        group=test["group"],
        status=status,
        points=round(most * credit, 6) if status is TestStatus.PASSED else 0.0,
        max_points=most,
        seconds=event["seconds"],
        message=event["message"],
        title=test["title"],
        fault=fault,
        limits=tuple(event["limits"]),
        metrics=metrics,
        stdout=event["stdout"],
        stderr=event["stderr"],
        dropped_bytes=event["dropped_bytes"],
        peak_memory=event["peak_memory"],
        model_calls=tuple(event.get("model_calls", ())),
        stumbled=bool(event.get("stumbled")),
    )


MOST_MODEL_CALLS = 1000


def model_calls(tests: Iterable[TestResult]) -> list[dict[str, object]]:
    """Calls of the scripted model over the whole run, for `provenance.model_calls`: one test after the other on one
    axis of time, each call with the id of its `test`; at most MOST_MODEL_CALLS."""
    found: list[dict[str, object]] = []
    began = 0.0
    for test in tests:
        ends = began
        for call in test.model_calls:
            started, seconds = (float(str(call[name])) for name in ("started", "seconds"))
            found.append({**call, "started": round(began + started, 6), "test": test.id})
            ends = max(ends, began + started + seconds)
        began = ends
    return found[:MOST_MODEL_CALLS]


_LIMITS = {
    "call": "the time of a single call",
    "total": "the time of the whole run",
    "memory": "memory",
    "processes": "the number of processes",
    "disk": "disk space",
    "reply": "the size of a reply",
    "output": "the output that is kept",
}


def _limits_hit(tests: Iterable[TestResult]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for test in tests:
        for limit in test.limits:
            counts[limit] = counts.get(limit, 0) + 1
    return tuple(
        f"The submission reached the limit on {_LIMITS.get(limit, limit)} in {count} test{'s' if count > 1 else ''}."
        for limit, count in sorted(counts.items())
    )
