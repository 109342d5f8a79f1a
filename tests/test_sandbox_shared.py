"""What the runs of a batch share, and what a run does when its candidate's container is not to be heard."""

from __future__ import annotations

import secrets
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from docker import APIClient

from grader.errors import InfrastructureError
from grader.sandbox import dependencies, images
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import connect
from grader.verifier import collect
from tests.test_sandbox import job

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]


@pytest.fixture
def client() -> Iterator[APIClient]:
    client = connect()
    yield client
    client.close()


def test_a_tag_that_is_made_anew_changes_nothing_for_those_who_share_pins(client: APIClient) -> None:
    tag, pins = f"grader-pinned:{secrets.token_hex(4)}", images.Pins()
    repository, version = tag.split(":")
    client.tag(images.candidate_recipe().tag, repository=repository, tag=version)
    try:
        first = pins.of(client, tag)
        client.tag(images.base_tag(), repository=repository, tag=version)
        assert client.inspect_image(tag)["Id"] != first
        sandbox = DockerSandbox(secrets.token_hex(6), pins=pins)
        try:
            sandbox.boot()
            assert [test.status.value for test in collect(sandbox.run(job(image=tag))).tests] == ["passed"]
            assert sandbox.facts()["images"]["candidate"] == {"tag": tag, "id": first}
        finally:
            sandbox.close()
        assert images.Pins().of(client, tag) != first
    finally:
        client.remove_image(tag)


def test_a_candidates_container_that_ends_before_it_is_heard_is_noticed_soon() -> None:
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        began = time.monotonic()
        with pytest.raises(InfrastructureError, match="ended before candidate code ran") as caught:
            list(sandbox.run(job(image=images.verifier_recipe().tag)))  # no bridge in it
        assert caught.value.retry
        assert time.monotonic() - began < 20
    finally:
        sandbox.close()


def test_a_sandbox_whose_verifier_went_away_while_it_waited_is_not_usable(client: APIClient) -> None:
    run = secrets.token_hex(6)
    sandbox = DockerSandbox(run)
    try:
        sandbox.boot()
        sandbox._wait(sandbox._running)
        assert sandbox.usable()
        client.kill(f"grader-{run}-verifier")
        deadline = time.monotonic() + 20
        while sandbox.usable() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not sandbox.usable()
    finally:
        sandbox.close()


def test_both_containers_stay_on_their_cores(client: APIClient) -> None:
    run = secrets.token_hex(6)
    sandbox = DockerSandbox(run, cores="0")
    try:
        sandbox.boot()
        for event in sandbox.run(job()):
            if event["event"] == "connected":
                found = [client.inspect_container(f"grader-{run}-{role}") for role in ("verifier", "candidate")]
                assert [each["HostConfig"]["CpusetCpus"] for each in found] == ["0", "0"]
                return
    finally:
        sandbox.close()
    pytest.fail("the candidate's container was never heard")


def test_of_several_who_need_the_same_packages_one_installs_them(client: APIClient) -> None:
    recipe = images.dependencies_recipe(b"six==1.16.0", images.candidate_recipe().tag)
    if not images.missing(client, [recipe.tag]):
        client.remove_image(recipe.tag)
    said: list[str] = []
    made: list[str] = []

    def work() -> None:
        made.append(
            dependencies.image(b"six==1.16.0\n", "requirements.txt", images.candidate_recipe().tag, said.append)
        )

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [recipe.tag] * 3
    assert said == ["installing what requirements.txt lists"]


@pytest.mark.parametrize("role", ["verifier", "candidate"])
def test_the_library_of_an_image_is_compiled(role: str) -> None:
    """Where nothing can be written, a library that is not would be compiled by each process anew."""
    tag = (images.verifier_recipe() if role == "verifier" else images.candidate_recipe()).tag
    code = (
        "import argparse, asyncio, json, os; "
        "print([m.__name__ for m in (argparse, asyncio, json) if not os.path.exists(m.__cached__)])"
    )
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", tag, "python3", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
