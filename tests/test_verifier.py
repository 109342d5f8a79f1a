"""From the verifier's events to what was observed: each expected test has one result, or there is no grade."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.errors import ChallengeError, GraderError, InfrastructureError
from grader.grading.job import limits_of
from grader.grading.observed import collect
from grader.records import Fault, Metric, VerifierResult
from grader.sandbox.protocol import Event
from grader.testing.sandbox import recorded
from tests.parts import challenge, ran, results

DONE: Event = {"event": "done", "code": 0, "message": "", "resources": {"cpu_seconds": 1.5}}


def expected(*names: str, points: float = 1.0) -> Event:
    tests = [{"id": name, "group": "g", "max_points": points, "title": "T"} for name in names]
    return {"event": "expected", "tests": tests}


def said(name: str = "a", **changes: Any) -> Event:
    return {
        "event": "test", "id": name, "status": "passed", "message": "", "fault": None, "seconds": 0.25, "metrics": [],
        "limits": [], "stdout": "", "stderr": "", "dropped_bytes": 0, "peak_memory": None, "used": True, **changes,
    }  # fmt: skip


def metric(value: float) -> dict[str, Any]:
    return {"name": "m", "value": value, "floor": 0.0, "target": 1.0, "unit": ""}


def refusal(*events: Event) -> GraderError:
    with pytest.raises(GraderError) as caught:
        collect(events)
    return caught.value


def test_a_passed_test_earns_all_its_points() -> None:
    found = collect([expected("a", points=3), said(peak_memory=7), DONE])
    (test,) = found.tests
    assert (test.points, test.max_points, test.group, test.title, test.seconds, test.peak_memory) == (
        3,
        3,
        "g",
        "T",
        0.25,
        7,
    )
    assert (found.expected, found.resources) == (("a",), {"cpu_seconds": 1.5})


def test_results_stand_in_the_order_that_was_expected() -> None:
    found = collect([expected("a", "b", "c"), said("c"), said("a"), said("b"), DONE])
    assert [test.id for test in found.tests] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("values", "points"), [([0.5], 2), ([1.0, 0.0], 2), ([2.0], 4), ([-1.0], 0), ([0.25, 0.5, 0.0], 1)]
)
def test_several_metrics_count_with_their_mean(values: list[float], points: float) -> None:
    found = collect([expected("a", points=4), said(metrics=[metric(value) for value in values]), DONE])
    assert found.tests[0].points == pytest.approx(points)
    assert found.tests[0].metrics[0] == Metric(**metric(values[0]), test="a")


@pytest.mark.parametrize("status", ["failed", "error", "not_run"])
def test_only_a_passed_test_earns_points(status: str) -> None:
    fault = "challenge" if status == "error" else "candidate"
    found = collect([expected("a"), said(status=status, fault=fault, metrics=[metric(1.0)]), DONE])
    assert (found.tests[0].points, found.tests[0].fault) == (0, Fault(fault))


def test_progress_is_told_at_the_start_and_after_each_test() -> None:
    told: list[tuple[int, int]] = []
    collect([expected("a", "b"), said("a"), said("b"), DONE], lambda *counts: told.append(counts))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_limits_are_counted_in_sentences() -> None:
    found = collect([expected("a", "b"), said("a", limits=["memory", "call"]), said("b", limits=["call"]), DONE])
    assert found.limits_hit == (
        "The submission reached the limit on the time of a single call in 2 tests.",
        "The submission reached the limit on memory in 1 test.",
    )


# ------------------------------------------------------------------------------------------------ no grade


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{"event": "broken", "message": "test_a.py: SyntaxError"}], "SyntaxError"),
        ([{"event": "broken", "message": "", "code": 3}], "code 3"),
        ([expected("a"), {"event": "broken", "message": "later"}], "later"),
        ([], "There are no hidden tests"),
        ([DONE], "There are no hidden tests"),
        ([expected(), DONE], "There are no hidden tests"),
        ([expected("a", "b"), said("a"), DONE], "1 of 2 hidden tests gave no result: b"),
        ([expected("a"), said("a"), said("a"), DONE], "is there already"),
        ([expected("a"), said("b"), DONE], "was not expected"),
        ([said("a"), expected("a"), DONE], "was not expected"),
        ([expected("a"), said(status="error", fault="challenge", used=False), DONE], "fails by itself"),
        ([expected("a"), said(status="failed", fault="candidate", used=False), DONE], "fails by itself"),
    ],
)
def test_a_pack_that_cannot_be_judged_by_is_the_challenges_fault(events: list[Event], words: str) -> None:
    problem = refusal(*events)
    assert isinstance(problem, ChallengeError)
    assert words in problem.message


def test_a_test_that_could_not_run_is_infrastructure_and_never_points() -> None:
    problem = refusal(expected("a"), said(status="error", fault="infrastructure", message="gone", used=True), DONE)
    assert isinstance(problem, InfrastructureError)
    assert "gone" in problem.message


def test_a_test_that_is_puzzled_by_the_submission_is_open_instead() -> None:
    found = collect([expected("a"), said(status="error", fault="challenge", used=True), DONE])
    assert found.tests[0].is_open


@given(results(1))
def test_a_record_that_is_played_again_gives_the_same_result(tests: tuple[Any, ...]) -> None:
    observed = VerifierResult(expected=tuple(test.id for test in tests), tests=tests, resources={"processes": 2.0})
    again = collect(recorded(observed))
    assert [test.status for test in again.tests] == [test.status for test in tests]
    assert [test.max_points for test in again.tests] == [test.max_points for test in tests]
    assert collect(recorded(again)) == again


# ------------------------------------------------------------------------------------------------ seed and limits


def test_the_limits_of_a_challenge_are_whole_bytes() -> None:
    limits = limits_of(challenge())
    assert (limits.memory, limits.disk, limits.reply, limits.output) == (512_000_000, 64_000_000, 1 << 20, 1 << 16)
    assert all(isinstance(value, int) for value in (limits.memory, limits.disk, limits.reply, limits.output))


def test_a_result_that_was_lost_is_not_a_pass() -> None:
    """Three outcomes, never two: a record of nothing is no grade."""
    assert ran(0, 1, status="not_run").points == 0
    assert refusal(expected("a"), DONE).exit_code == 4


def test_a_test_that_the_machine_starved_is_open_and_ends_nothing() -> None:
    event = said(status="error", fault="infrastructure", starved=True, used=False, message="This machine was too busy.")
    (test,) = collect([expected("a", points=3), event, DONE]).tests
    assert (test.points, test.is_open, test.fault) == (0.0, True, Fault.INFRASTRUCTURE)
    with pytest.raises(InfrastructureError):
        collect([expected("a"), {**event, "starved": False}, DONE])
