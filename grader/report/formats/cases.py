"""The tests of a grade as the formats write them down: one by one for reviewers, one a group for candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from grader.challenge import Challenge
from grader.pages.text import clean, number, told
from grader.records import Grade, TestResult, TestStatus
from grader.unseen import json_text


@dataclass(frozen=True, kw_only=True)
class Case:
    """One line of a format. `status` is passed, failed, error (could not be judged) or not_run."""

    group: str
    name: str
    title: str
    status: str
    points: float
    max_points: float
    seconds: float
    message: str = ""
    output: str = ""
    metrics: Mapping[str, float] | None = None


def cases(grade: Grade, challenge: Challenge | None, audience: str) -> list[Case]:
    """What a reader of this audience may see of the tests, texts already clean: reviewers each of them, or sums by
    group (`groups`); candidates sums alone, rounded as in their letter."""
    tests = grade.objective.tests if grade.objective else ()
    if audience == "reviewer":
        return [_of_test(test, challenge) for test in tests]
    groups: dict[str, list[TestResult]] = {}
    for test in tests:
        groups.setdefault(test.group, []).append(test)
    found = [_of_group(name, members, challenge) for name, members in groups.items()]
    return (
        found if audience == "groups" else [replace(case, points=told(case.points, case.max_points)) for case in found]
    )


def group_title(name: str, challenge: Challenge | None) -> str:
    return clean(challenge.group_title(name) if challenge else name)


def _of_test(test: TestResult, challenge: Challenge | None) -> Case:
    output = "\n".join(part for part in (test.stdout, test.stderr) if part)
    return Case(
        group=group_title(test.group, challenge),
        name=clean(test.id),
        title=clean(test.title),
        status=test.status.value,
        points=test.points,
        max_points=test.max_points,
        seconds=test.seconds,
        message=clean(test.message),
        output=clean(output),
        metrics={clean(metric.name): metric.value for metric in test.metrics},
    )


def _of_group(name: str, tests: list[TestResult], challenge: Challenge | None) -> Case:
    points, most = sum(test.points for test in tests), sum(test.max_points for test in tests)
    judged = all(test.status is not TestStatus.ERROR for test in tests)
    title = group_title(name, challenge)
    return Case(
        group=title,
        name=title,
        title=title,
        status="error" if not judged else "passed" if points >= most - 1e-9 else "failed",
        points=points,
        max_points=most,
        seconds=sum(test.seconds for test in tests),
        message=f"{number(told(points, most))} of {number(most)} points",
    )


def challenge_name(grade: Grade) -> str:
    """`rag-triage 1.0.0`."""
    return clean(f"{grade.challenge.get('id') or 'challenge'} {grade.challenge.get('version') or ''}".strip())


def started_ms(grade: Grade) -> int:
    """Start of the run in milliseconds since 1970; 0 where that is not known."""
    try:
        return round(datetime.fromisoformat(str(grade.provenance.get("started_at"))).timestamp() * 1000)
    except ValueError:
        return 0


def as_json(data: Mapping[str, Any]) -> bytes:
    return (json_text(data, indent=2) + "\n").encode("utf-8")
