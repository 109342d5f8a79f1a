"""Whose fault it is: every row of the table, and how the rows are observed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError, ImageNotFound
from requests.exceptions import ConnectionError as RequestsConnectionError

from grader.errors import InfrastructureError
from grader.sandbox.engine import explain, observe
from grader.sandbox.failure import Observation, candidate_container, verifier_container
from grader_bridge import bridge

GONE = Observation(daemon_reachable=False)


def seen(**facts: Any) -> Observation:
    return Observation(daemon_reachable=True, **facts)


@pytest.mark.parametrize(
    ("observed", "fault", "limit", "words"),
    [
        (GONE, "infrastructure", "", "daemon went away"),
        (Observation(daemon_reachable=False, out_of_memory=True), "infrastructure", "", "daemon went away"),
        (seen(exit_code=137, killed_from_outside=True), "infrastructure", "", "Somebody ended"),
        (seen(exit_code=137, killed_from_outside=True, out_of_memory=True), "infrastructure", "", "Somebody ended"),
        (seen(exit_code=137, out_of_memory=True), "candidate", "memory", "more memory than allowed"),
        (seen(exit_code=137, out_of_memory=True, candidate_ran=False), "candidate", "memory", "more memory"),
        (seen(exit_code=1, candidate_ran=False), "infrastructure", "", "before candidate code ran (exit code 1)"),
        (seen(silent=True, candidate_ran=False), "infrastructure", "", "before candidate code ran"),
        (seen(silent=True), "candidate", "total", "did not answer within 30 s"),
        (seen(ended_by_us=True), "candidate", "total", "did not answer"),
        (seen(exit_code=0), "infrastructure", "", "without a cause"),
        (seen(), "infrastructure", "", "without a cause"),
        (seen(exit_code=137), "candidate", "", "brought down while candidate code ran (exit code 137)"),
        (seen(exit_code=1), "candidate", "", "(exit code 1)"),
    ],
)
def test_the_fault_for_a_candidates_container(observed: Observation, fault: str, limit: str, words: str) -> None:
    verdict = candidate_container(observed)
    assert (verdict.fault, verdict.limit) == (fault, limit)
    assert words in verdict.sentence


@pytest.mark.parametrize(
    ("observed", "fault", "limit", "words"),
    [
        (GONE, "infrastructure", "", "daemon went away"),
        (seen(exit_code=137, out_of_memory=True), "challenge", "memory", "hidden tests used more memory"),
        (seen(ended_by_us=True), "challenge", "total", "did not end in time"),
        (seen(exit_code=139), "infrastructure", "", "ended unexpectedly (exit code 139)"),
        (seen(), "infrastructure", "", "ended unexpectedly"),
        (seen(exit_code=137, out_of_memory=True, in_hand=True), "candidate", "memory", "what the submission gave"),
        (seen(ended_by_us=True, in_hand=True), "candidate", "total", "what the submission gave"),
        (seen(exit_code=139, in_hand=True), "candidate", "", "Python crashed in a hidden test"),
        (seen(exit_code=139, in_hand=True, killed_from_outside=True), "infrastructure", "", "ended unexpectedly"),
        (seen(exit_code=137, in_hand=True), "infrastructure", "", "ended unexpectedly (exit code 137)"),
        (seen(in_hand=True), "infrastructure", "", "ended unexpectedly"),
    ],
)
def test_the_fault_for_a_verifiers_container(observed: Observation, fault: str, limit: str, words: str) -> None:
    verdict = verifier_container(observed)
    assert (verdict.fault, verdict.limit) == (fault, limit)
    assert words in verdict.sentence


@pytest.mark.parametrize(
    ("problem", "words", "retry"),
    [
        (RequestsConnectionError("refused"), "No Docker engine answers", True),
        (ConnectionResetError(), "No Docker engine answers", True),
        (PermissionError("Permission denied"), "may not use it", False),
        (ImageNotFound("no", explanation="No such image: x"), "image is missing", False),
        (APIError("no", explanation="no space left on device"), "no space left on device", False),
        (KeyError("odd"), "could not be used", False),
    ],
)
def test_only_an_engine_that_vanished_is_tried_again(problem: Exception, words: str, retry: bool) -> None:
    explained = explain(problem, retry=True)
    assert isinstance(explained, InfrastructureError)
    assert words in explained.message
    assert explained.retry is retry
    assert explained.fix


class Engine:
    """A daemon whose clock is years away from ours."""

    def __init__(self, *events: dict[str, Any], now: str = "2041-05-06T07:08:09.123456789Z") -> None:
        self.now, self.told = now, events
        self.asked: dict[str, Any] = {}

    def info(self) -> dict[str, str]:
        return {"SystemTime": self.now}

    def events(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        return list(self.told)


def test_the_engine_is_asked_in_its_own_time() -> None:
    engine = Engine({"Action": "die", "Actor": {"Attributes": {"exitCode": "137"}}}, {"Action": "oom"})
    observed = observe(engine, "abc", 60.0, silent=True)
    assert observed == seen(exit_code=137, out_of_memory=True)
    now = 2251436889
    assert now - 70 < engine.asked["since"] < now - 60
    assert now < engine.asked["until"] <= now + 1


def test_a_container_that_runs_and_does_not_answer_is_silent() -> None:
    assert observe(Engine(), "abc", 1.0, silent=True) == seen(silent=True)


def test_a_container_that_was_killed_through_the_engine_is_nobodys_fault_in_it() -> None:
    engine = Engine({"Action": "kill"}, {"Action": "die", "Actor": {"Attributes": {"exitCode": "137"}}})
    assert observe(engine, "abc", 1.0).killed_from_outside


def test_an_engine_that_cannot_be_asked_is_not_reachable() -> None:
    assert observe(Engine(now="no time at all"), "abc", 1.0) == GONE


# ------------------------------------------------------------------------------------------------ control groups


VERSION_1 = {
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    "memory/memory.max_usage_in_bytes": "123456\n",
    "pids/pids.events": "max 7\n",
}
VERSION_2 = {
    "memory.events": "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n",
    "memory.peak": "123456\n",
    "pids.events": "max 7\n",
}
COUNTED = {"memory_kills": 3, "process_refusals": 7, "container_peak_memory": 123456}


@pytest.mark.parametrize("files", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def test_both_versions_of_control_groups_are_read(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert bridge.cgroup_counts(str(tmp_path)) == COUNTED


def test_a_kernel_that_does_not_count_is_not_taken_for_zero(tmp_path: Path) -> None:
    assert bridge.cgroup_counts(str(tmp_path)) == {}
    (tmp_path / "memory.events").write_text("\nlow 0\n")
    assert bridge.cgroup_counts(str(tmp_path)) == {"memory_kills": 0}
