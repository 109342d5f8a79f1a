"""The client of a local engine: it answers as the SDK does, and what is no whole answer is an error."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from grader.errors import InfrastructureError
from grader.sandbox import images, local
from grader.sandbox.containers import verifier_options
from grader.sandbox.engine import MISSING, connect, create, explain, leave, observe, reach, remove, status
from grader.sandbox.janitor import LABEL, sweep
from grader.sandbox.stream import Stream

PONG = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"


def client_of(place: Path) -> local.Local:
    return local.Local(str(place), 5, connect)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[list[bytes]]:
    """A socket at tmp_path/engine that says what is in the list, an answer a call, and hangs up."""
    answers = [PONG]
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "engine"))
    door.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                link, _ = door.accept()
                with link:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += link.recv(4096)
                    link.sendall(answers.pop(0))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield answers
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    thread.join(10)


JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        JSON + b'Content-Length: 11\r\n\r\n{"a": [1]}\n',
        JSON + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n6;x=y\r\n: [1]}\r\n0\r\n\r\n',
        JSON + b'\r\n{"a": [1]}',
    ],
    ids=["with its length", "in pieces", "to the end"],
)
def test_an_answer_is_read_however_its_length_is_told(answer: bytes, engine: list[bytes], tmp_path: Path) -> None:
    engine.append(answer)
    assert client_of(tmp_path / "engine").info() == {"a": [1]}


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"HTTP/1.1 200 OK\r\n", b"nothing of that kind\r\n\r\n", b"HTTP/1.1 two OK\r\n\r\n",
        JSON + b'Content-Length: 12\r\n\r\n{"a": [1]}\n',
        JSON + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n6\r\n: [',
        JSON + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n', JSON + b"Content-Length: 3\r\n\r\n{{{",
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_a_silent_engine(answer: bytes, engine: list[bytes], tmp_path: Path) -> None:
    engine.append(answer)
    with pytest.raises((OSError, ValueError)) as raised:
        client_of(tmp_path / "engine").info()
    assert isinstance(explain(raised.value), InfrastructureError)


def test_an_engine_that_does_not_say_what_it_is_is_none(engine: list[bytes], tmp_path: Path) -> None:
    engine[0] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(ValueError, match="which engine"):
        client_of(tmp_path / "engine")


def test_an_error_is_told_in_the_engines_words(engine: list[bytes], tmp_path: Path) -> None:
    engine.append(b'HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\n\r\n{"message": "no space left"}')
    engine.append(b"HTTP/1.1 500 Oh\r\n\r\n")
    client = client_of(tmp_path / "engine")
    for words in ("no space left", "Oh"):
        with pytest.raises(local.RefusedByEngineError) as raised:
            client.info()
        assert status(raised.value) == 500
        assert explain(raised.value).message == f"Docker refused: {words}"


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, local.USUAL),
        ({"DOCKER_HOST": "unix:///run/user/7/docker.sock"}, "/run/user/7/docker.sock"),
        ({"DOCKER_HOST": "tcp://10.0.0.7:2376"}, ""),
        ({"DOCKER_HOST": "ssh://ops@engine"}, ""),
        ({"DOCKER_HOST": "unix://run/docker.sock"}, ""),
        ({"DOCKER_TLS_VERIFY": "1"}, ""),
    ],
)
def test_only_a_local_socket_is_asked_without_the_sdk(environment: dict[str, str], place: str) -> None:
    assert local.path(environment) == place


def test_where_no_engine_is_there_the_mend_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    with pytest.raises(InfrastructureError, match="there is no such socket"):
        reach()


# ------------------------------------------------------------------------------------------------ a real engine


@pytest.fixture
def both() -> Iterator[tuple[APIClient, APIClient]]:
    quick, sdk = reach(), connect()
    assert isinstance(quick, local.Local), "these tests are of an engine at a local socket"
    yield quick, sdk
    quick.close()
    sdk.close()


def in_order(container: dict[str, Any]) -> dict[str, Any]:
    """The engine tells the mounts of a container in another order each time."""
    return {**container, "Mounts": sorted(container["Mounts"], key=lambda mount: str(mount["Destination"]))}


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_both_clients_see_and_do_the_same(both: tuple[APIClient, APIClient]) -> None:
    tag, options = images.verifier_recipe().tag, verifier_options()
    made = [create(client, secrets.token_hex(6), "verifier", tag, options) for client in both]
    quick, sdk = both
    try:
        assert quick.inspect_image(tag) == sdk.inspect_image(tag)
        first, second = (in_order(quick.inspect_container(container)) for container in made)
        assert first == in_order(sdk.inspect_container(made[0]))
        for part in ("Config", "HostConfig"):
            assert {**first[part], "Labels": 0, "Hostname": 0} == {**second[part], "Labels": 0, "Hostname": 0}
        listed = {each["Id"] for each in quick.containers(all=True, filters={"label": [LABEL]})}
        assert set(made) <= listed
        assert sweep(quick, only="nobody's") == []
        for client, container in zip(both, made, strict=True):
            stream = Stream(client, container)
            client.start(container)
            assert next(iter(stream.events(float("inf"), lambda: None))) == {"event": "ready"}
            stream.close()
    finally:
        for client, container in zip(both, made, strict=True):
            remove(client, container, 30)
            remove(client, container, 30)  # gone already: no error
    for client in both:
        with pytest.raises(Exception, match=made[0]) as raised:
            client.inspect_container(made[0])
        assert status(raised.value) == MISSING


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_container_that_is_about_to_go_is_not_ended_by_us(both: tuple[APIClient, APIClient]) -> None:
    image, options = images.verifier_recipe().tag, verifier_options()
    quick, sdk = both
    for client, words, patience, ended in ((quick, "0.3", 30.0, False), (sdk, "60", 0.3, True)):
        options["container"]["Cmd"] = ["sleep", words]
        made = create(client, secrets.token_hex(6), "verifier", image, options)
        client.start(made)
        leave(client, made, patience, 30)
        with pytest.raises(Exception, match=r"(?i)no such container"):
            client.inspect_container(made)
        assert observe(client, made, 30).killed_from_outside is ended
        leave(client, made, patience, 30)  # of one that is gone there is nothing to wait for


def test_one_whose_own_removal_fails_is_removed(engine: list[bytes], tmp_path: Path) -> None:
    client = client_of(tmp_path / "engine")
    told = b'{"StatusCode": 0, "Error": {"Message": "device or resource busy"}}'
    engine += [JSON + b"Content-Length: %d\r\n\r\n" % len(told) + told, b"HTTP/1.1 204 No Content\r\n\r\n"]
    leave(client, "a", 5, 5)
    assert not engine, "it was asked to be removed"


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_both_clients_errors_are_explained_alike(both: tuple[APIClient, APIClient]) -> None:
    told = set()
    for client in both:
        with pytest.raises(Exception, match="grader-nothing") as raised:
            client.inspect_image("grader-nothing:here")
        told.add((explain(raised.value).message.lower().strip("."), explain(raised.value).fix))
    assert len(told) == 1


WITHOUT_THE_SDK = """
import os, secrets, sys
from grader.sandbox.docker import DockerSandbox
from tests.sandbox_jobs import job
sandbox = DockerSandbox(secrets.token_hex(6))
sandbox.boot()
events = [event["event"] for event in sandbox.run(job())]
sandbox.close()
print(events[-1], sorted({"docker", "requests", "urllib.request", "ssl"} & set(sys.modules)))
os._exit(0)
"""


@pytest.mark.docker
@pytest.mark.usefixtures("images", "both")
def test_a_run_at_a_local_engine_takes_neither_the_sdk_nor_what_it_needs() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_SDK], capture_output=True, text=True, check=False)
    assert done.stdout == "done []\n", done.stderr
