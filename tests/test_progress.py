"""A verifier that ends in the middle, by what a candidate gave it, still leaves a result for each test."""

from __future__ import annotations

from grader.grading.observed import collect
from grader.records import Fault, TestStatus
from grader.sandbox.failure import ContainerFault
from grader.sandbox.progress import Progress
from grader.testing.sandbox import result_event
from tests.parts import ran

EXPECTED = {
    "event": "expected",
    "tests": [{"id": name, "group": "g", "max_points": 1.0, "title": ""} for name in ("a", "b", "c")],
}


def test_the_test_in_hand_is_lost_and_the_rest_has_not_run() -> None:
    heard = [EXPECTED, result_event(ran(1, 1, id="b")), {"event": "in_hand", "test": "c"}]
    progress = Progress()
    told = [event for event in heard if progress.hear(event)]
    assert [event["event"] for event in told] == ["expected", "test"]
    assert progress.in_hand == "c"
    verdict = ContainerFault(fault=Fault.CANDIDATE, limit="memory", sentence="It swelled.")
    observed = collect([*told, *progress.ended_by_the_candidate(verdict)])
    assert [(test.id, test.status, test.points, test.fault) for test in observed.tests] == [
        ("a", TestStatus.NOT_RUN, 0, Fault.CANDIDATE),
        ("b", TestStatus.PASSED, 1, None),
        ("c", TestStatus.FAILED, 0, Fault.CANDIDATE),
    ]
    assert observed.tests[2].limits == ("memory",)
    assert not any(test.is_open for test in observed.tests)


def test_between_two_tests_nothing_is_in_hand() -> None:
    progress = Progress()
    for event in (EXPECTED, {"event": "in_hand", "test": "a"}, result_event(ran(1, 1, id="a"))):
        progress.hear(event)
    assert progress.in_hand == ""
