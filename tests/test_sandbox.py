"""What every sandbox promises, held against the real one and the one that plays events."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import ChallengeError, InfrastructureError
from grader.grading.observed import collect
from grader.sandbox import failure, images
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import connect
from grader.sandbox.failure import Observation
from grader.sandbox.protocol import Event, Sandbox
from grader.testing.sandbox import ScriptedSandbox
from tests import messages
from tests.sandbox_jobs import job

PLAYED: list[Event] = [
    {"event": "expected", "tests": [{"id": "test_it.py::test_it", "group": "it", "max_points": 1.0, "title": ""}]},
    {"event": "connected", "python": "3.11.2"},
    {
        "event": "test", "id": "test_it.py::test_it", "status": "passed", "message": "", "fault": None,
        "seconds": 0.1, "metrics": [], "limits": [], "stdout": "", "stderr": "", "dropped_bytes": 0,
        "peak_memory": None, "used": True, "stumbled": False, "model_calls": [],
    },
    {"event": "done", "code": 0, "message": "", "resources": {}},
]  # fmt: skip
BROKEN: list[Event] = [{"event": "broken", "message": "test_it.py: SyntaxError"}]


RUN = secrets.token_hex(6)
Kind = Callable[[str], Sandbox]


def docker(_shape: str) -> Sandbox:
    return DockerSandbox(RUN)


def scripted(shape: str) -> Sandbox:
    problem = InfrastructureError("The image is missing.") if shape == "missing" else None
    return ScriptedSandbox({"good": PLAYED, "broken": BROKEN, "missing": []}[shape], problem=problem)


@pytest.fixture(
    params=[pytest.param(docker, marks=pytest.mark.docker, id="docker"), pytest.param(scripted, id="scripted")]
)
def make(request: pytest.FixtureRequest) -> Iterator[Kind]:
    if request.param is docker:
        request.getfixturevalue("images")
    made: list[Sandbox] = []

    def kept(shape: str) -> Sandbox:
        made.append(request.param(shape))
        return made[-1]

    yield kept
    for sandbox in made:
        sandbox.close()
    assert left_of(RUN) == [] if request.param is docker else True


def left_of(run: str) -> list[str]:
    client = connect()
    try:
        found: list[dict[str, Any]] = client.containers(all=True, filters={"label": [f"grader.run={run}"]})
        return [container["Id"] for container in found]
    finally:
        client.close()


def test_a_run_is_expected_tests_then_each_once_then_done(make: Kind) -> None:
    sandbox = make("good")
    sandbox.boot()
    events = list(sandbox.run(job()))
    kinds = [event["event"] for event in events]
    assert (kinds[0], kinds[-1]) == ("expected", "done")
    expected = [test["id"] for test in events[0]["tests"]]
    assert [event["id"] for event in events if event["event"] == "test"] == expected
    assert json.loads(json.dumps(events)) == events
    assert [messages.wrong_event(event) for event in events] == [""] * len(events)
    result = collect(events)
    assert [test.status.value for test in result.tests] == ["passed"]
    assert {"images", "limits"} <= sandbox.facts().keys()


def test_a_broken_pack_is_said_and_ends_the_run(make: Kind) -> None:
    sandbox = make("broken")
    sandbox.boot()
    with pytest.raises(ChallengeError, match=r"test_it\.py"):
        collect(sandbox.run(job("def test_it(:\n")))


def test_what_cannot_be_carried_out_is_infrastructure(make: Kind) -> None:
    sandbox = make("missing")
    sandbox.boot()
    with pytest.raises(InfrastructureError, match="image"):
        list(sandbox.run(job(image="grader-candidate:none")))


def test_closing_needs_nothing_before_it_and_may_be_repeated(make: Kind) -> None:
    sandbox = make("good")
    sandbox.close()
    sandbox.close()
    booted = make("good")
    booted.boot()
    booted.close()
    booted.close()


def test_a_run_may_be_left_in_the_middle(make: Kind) -> None:
    sandbox = make("good")
    sandbox.boot()
    events = iter(sandbox.run(job()))
    assert next(events)["event"] == "expected"
    sandbox.close()


# ------------------------------------------------------------------------------------------------ played events


def test_a_scripted_sandbox_is_not_run_before_it_is_booted() -> None:
    with pytest.raises(InfrastructureError):
        list(ScriptedSandbox(PLAYED).run(job()))


def test_a_scripted_sandbox_tells_what_it_was_asked_to_run() -> None:
    sandbox = ScriptedSandbox(PLAYED, facts={"images": {"verifier": 1}})
    sandbox.boot()
    assert list(sandbox.run(job())) == PLAYED
    assert (sandbox.jobs[0].seed, sandbox.closed, sandbox.facts()) == (7, 0, {"images": {"verifier": 1}})


# ------------------------------------------------------------------------------------------------ whose fault


@pytest.mark.parametrize(
    ("seen", "fault", "limit"),
    [
        (Observation(daemon_reachable=False, exit_code=137, out_of_memory=True), "infrastructure", ""),
        (Observation(daemon_reachable=True, exit_code=137, killed_from_outside=True), "infrastructure", ""),
        (
            Observation(daemon_reachable=True, exit_code=137, killed_from_outside=True, silent=True),
            "infrastructure",
            "",
        ),
        (Observation(daemon_reachable=True, exit_code=1, candidate_ran=False), "infrastructure", ""),
        (Observation(daemon_reachable=True, exit_code=0), "infrastructure", ""),
        (Observation(daemon_reachable=True), "infrastructure", ""),
        (Observation(daemon_reachable=True, exit_code=137, out_of_memory=True), "candidate", "memory"),
        (Observation(daemon_reachable=True, silent=True), "candidate", "total"),
        (Observation(daemon_reachable=True, exit_code=137), "candidate", ""),
    ],
)
def test_whose_fault_it_is_that_a_candidate_container_ended(seen: Observation, fault: str, limit: str) -> None:
    verdict = failure.candidate_container(seen)
    assert (verdict.fault.value, verdict.limit) == (fault, limit)
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        (Observation(daemon_reachable=False, exit_code=137, out_of_memory=True), "infrastructure"),
        (Observation(daemon_reachable=True, exit_code=137, out_of_memory=True), "challenge"),
        (Observation(daemon_reachable=True, ended_by_us=True), "challenge"),
        (Observation(daemon_reachable=True, exit_code=1), "infrastructure"),
    ],
)
def test_whose_fault_it_is_that_a_verifier_container_ended(seen: Observation, fault: str) -> None:
    assert failure.verifier_container(seen).fault.value == fault


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_pack_may_name_its_files_as_those_of_the_verifier() -> None:
    """In the verifier itself, where all of ours is loaded when the pack's files are looked for."""
    recipe = images.verifier_recipe()
    names = {Path(path).stem for path in recipe.files} - {"__init__", "__main__", "grader_protocol"} | {"gateway"}
    source = "".join(f"import {name} as the_{name}\n" for name in sorted(names))
    source += "def test_it(candidate):\n    assert candidate.call('add', 1, 2) == 3\n"
    source += "".join(f"    assert the_{name}.WHOSE == 'the pack'\n" for name in sorted(names))
    tests = {f"{name}.py": b"WHOSE = 'the pack'\n" for name in names} | {"test_it.py": source.encode()}
    with contextlib.closing(DockerSandbox(RUN)) as sandbox:
        sandbox.boot()
        events = list(sandbox.run(replace(job(), tests=tests)))
    assert [(event["status"], event["message"]) for event in events if event["event"] == "test"] == [("passed", "")]
