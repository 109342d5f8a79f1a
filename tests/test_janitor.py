"""The janitor removes what dead runs left, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from docker import APIClient

from grader.sandbox import images
from grader.sandbox.engine import connect
from grader.sandbox.janitor import LIFETIME_SECONDS, is_dead, labels, machine, owner, sweep

NOW = 1_800_000_000.0
LATER = str(int(NOW) + LIFETIME_SECONDS)
SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.read()"]


@pytest.fixture
def living() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE) as process:
        yield process


@pytest.fixture
def dead() -> str:
    """The owner label of a process that lived and does no more."""
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE) as process:
        return owner(process.pid)


def test_a_living_process_keeps_its_containers_whatever_the_clock_says(living: subprocess.Popen[bytes]) -> None:
    for now in (0.0, NOW, NOW + 10 * 365 * 86_400):
        assert not is_dead(owner(living.pid), LATER, now)


def test_a_dead_process_does_not_whatever_the_clock_says(dead: str) -> None:
    for now in (0.0, NOW, NOW + 10 * 365 * 86_400):
        assert is_dead(dead, LATER, now)


def test_a_process_id_that_was_given_again_is_another_process(living: subprocess.Popen[bytes]) -> None:
    where, pid, start = owner(living.pid).split(":")
    assert is_dead(f"{where}:{pid}:{int(start) - 1}", LATER, NOW)


@pytest.mark.parametrize("where", ["another-boot", machine() + "0", "unknown", ""])
def test_elsewhere_only_time_tells(where: str) -> None:
    """Another machine, or another space of process ids on this one: a grader in a container beside this one."""
    label = f"{where}:1:1"
    assert not is_dead(label, LATER, NOW)
    assert not is_dead(label, LATER, NOW + LIFETIME_SECONDS - 1)
    assert is_dead(label, LATER, NOW + LIFETIME_SECONDS + 1)


@pytest.mark.parametrize("label", ["", ":", "::", "x", f"{machine()}:x:1", "a:b:c:d"])
def test_labels_that_are_not_ours_are_left_alone(label: str) -> None:
    assert not is_dead(label, "", NOW)
    assert not is_dead(label, "soon", NOW)


def test_a_container_says_whose_it_is_and_until_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    marks = labels("cafe", "verifier")
    assert marks["grader.run"] == "cafe"
    assert marks["grader.deadline"] == LATER


class Engine:
    """Lists what it is given, and notes what is removed."""

    def __init__(self, containers: list[dict[str, Any]], refuse: str = "") -> None:
        self.listed, self.refuse = containers, refuse
        self.removed: list[str] = []

    def containers(self, **_: Any) -> list[dict[str, Any]]:
        return self.listed

    def remove_container(self, container: str, **how: Any) -> None:
        if container == self.refuse:
            raise RuntimeError("another janitor was faster")
        assert how == {"force": True, "v": True}
        self.removed.append(container)


def test_one_that_another_janitor_has_taken_does_not_stop_the_rest(dead: str) -> None:
    listed = [{"Id": name, "Names": [f"/{name}"], "Labels": {"grader.owner": dead}} for name in ("a", "b", "c")]
    engine = Engine([*listed, {"Id": "d", "Names": None, "Labels": None}], refuse="b")
    assert sweep(engine) == ["a", "c"]
    assert engine.removed == ["a", "c"]


@pytest.mark.docker
def test_in_docker_only_what_the_dead_left_is_removed(living: subprocess.Popen[bytes], dead: str) -> None:
    client = connect()
    ids = {name: make(client, label) for name, label in {"dead": dead, "living": owner(living.pid)}.items()}
    volume = client.inspect_container(ids["dead"])["Mounts"][0]["Name"]
    try:
        sweep(client)
        there = {container["Id"] for container in client.containers(all=True)}
        assert ids["dead"] not in there
        assert ids["living"] in there
        assert volume not in {each["Name"] for each in client.volumes()["Volumes"] or ()}
    finally:
        client.remove_container(ids["living"], force=True, v=True)
        client.close()


def make(client: APIClient, label: str) -> str:
    """A container that was made and never started, as a grader leaves it that is killed in between."""
    marks = {**labels(f"janitor{time.monotonic_ns()}", "candidate"), "grader.owner": label}
    made = client.create_container(images.candidate_recipe().tag, ["true"], labels=marks, volumes=["/submission"])
    return str(made["Id"])
