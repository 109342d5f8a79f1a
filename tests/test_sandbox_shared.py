"""What the runs of a batch share, and what a run does when its candidate's container is not to be heard."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from grader.errors import InfrastructureError
from grader.grading.observed import collect
from grader.sandbox import dependencies, images
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import connect, create
from grader.sandbox.protocol import Event, Job
from grader.sandbox.verifier import Verifier
from tests.patience import bounded_wait, until
from tests.sandbox_jobs import job

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
        sandbox = DockerSandbox(secrets.token_hex(6), verifier=(verifier := Verifier(pins=pins)))
        try:
            sandbox.boot()
            assert [test.status.value for test in collect(sandbox.run(job(image=tag))).tests] == ["passed"]
            assert sandbox.facts()["images"]["candidate"] == {"tag": tag, "id": first}
        finally:
            sandbox.close()
            verifier.close()
        assert images.Pins().of(client, tag) != first
    finally:
        client.remove_image(tag)


def test_a_candidates_container_that_ends_before_it_is_heard_is_noticed_soon() -> None:
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        with bounded_wait():
            with pytest.raises(InfrastructureError, match="ended before candidate code ran") as caught:
                list(sandbox.run(job(image=images.verifier_recipe().tag)))  # no bridge in it
            assert caught.value.retry
    finally:
        sandbox.close()


NAMES = """
import socket


def answer():
    names = {name for _, name in socket.if_nameindex()}
    found = {one[4][0] for one in socket.getaddrinfo("localhost", 80, socket.AF_INET)}
    with socket.create_server(("localhost", 0)) as listener, socket.create_connection(listener.getsockname()):
        return [sorted(names), sorted(found), open("/etc/hosts").read().split()[:2]]
"""
CALL = """
def test_names(candidate):
    assert candidate.call("answer") == [["lo"], ["127.0.0.1"], ["127.0.0.1", "localhost"]]
"""


@pytest.mark.parametrize("hosts", ["as it is", "not there", "without localhost"])
def test_localhost_is_a_name_wherever_the_engine_keeps_its_files(
    hosts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where /etc/hosts cannot be mounted, or says nothing, the engine makes the network, which takes longer."""
    if hosts == "without localhost":
        (tmp_path / "hosts").write_text("127.0.0.1 somewhere-else\n")
    if hosts != "as it is":
        monkeypatch.setattr("grader.sandbox.verifier.source_of", lambda *_: str(tmp_path))
    asked_for: list[str] = []

    def noted(*given: Any, **more: Any) -> str:
        asked_for.append(given[2])
        return create(*given, **more)

    monkeypatch.setattr("grader.sandbox.docker.create", noted)
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        asked = replace(job(), tests={"test_names.py": CALL.encode()}, files={"work.py": NAMES.encode()}, module="work")
        seen = collect(sandbox.run(asked))
        assert [(test.status.value, test.message) for test in seen.tests] == [("passed", "")]
    finally:
        sandbox.close()
    assert len(asked_for) == (1 if hosts == "as it is" else 2)


def test_the_candidates_container_is_made_before_anybody_listens(client: APIClient) -> None:
    sandbox = DockerSandbox(run := secrets.token_hex(6))
    try:
        sandbox.boot()
        events = sandbox.run(replace(job(), tests={"test_it.py": CALL.encode()}, files={"work.py": NAMES.encode()}))
        until(lambda: client.containers(all=True, filters={"name": f"grader-{run}-candidate"}))
        assert next(events)["event"] == "expected"
    finally:
        sandbox.close()


def test_a_verifier_that_went_away_while_it_waited_is_not_usable(client: APIClient) -> None:
    verifier = Verifier()
    try:
        verifier.boot(run := secrets.token_hex(6))
        verifier.created()
        assert verifier.usable()
        until(lambda: client.inspect_container(verifier.container)["State"]["Running"])
        client.kill(f"grader-{run}-verifier")
        until(lambda: not verifier.usable())
    finally:
        verifier.close()


def serve(verifier: Verifier, work: Job) -> list[Event]:
    sandbox = DockerSandbox(secrets.token_hex(6), verifier=verifier)
    try:
        sandbox.boot()
        return list(sandbox.run(work))
    finally:
        sandbox.close()


LEAVES = """
import json, os, pathlib, random, subprocess, sys

def test_it(candidate, request):
    candidate.call("add", 1, 2)
    found = [str(p) for top in ("/tmp", "/dev/shm", "/run/grader") for p in pathlib.Path(top).iterdir()]
    known = [n for n in sys.modules if n == "left"]
    others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]
    seen = [sorted(found), known, others, sorted(os.listdir("/submission"))]
    sys.modules["left"] = sys
    pathlib.Path("/tmp/left").mkdir(mode=0o500)
    pathlib.Path("/dev/shm/left").write_text("x")
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    raise AssertionError("SEEN " + json.dumps([*seen, random.random()]) + " END")
"""


def test_a_verifier_serves_many_and_nothing_of_one_is_there_for_the_next(client: APIClient) -> None:
    verifier, told = Verifier(), []
    try:
        for number in range(3):
            work = replace(job(LEAVES), files={"work.py": job().files["work.py"], f"own-{number}.txt": b"x"})
            events = serve(verifier, work)
            test = next(event for event in events if event["event"] == "test")
            told.append(json.loads(test["message"].partition("SEEN ")[2].partition(" END")[0]))
            assert verifier.usable()
        assert verifier.served == 3
        assert [seen[:4] for seen in told] == [
            [["/tmp/tests"], [], [], [f"own-{number}.txt", "work.py"]] for number in range(3)
        ]
        assert len({seen[4] for seen in told}) == 3, "each has the same luck"
        assert len(client.containers(filters={"id": verifier.container})) == 1
        container = verifier.container
    finally:
        verifier.close()
    assert client.containers(all=True, filters={"id": container}) == []


def test_a_run_that_is_closed_again_does_not_disturb_the_one_that_has_its_verifier_now() -> None:
    verifier = Verifier()
    first, second = (DockerSandbox(secrets.token_hex(6), verifier=verifier) for _ in range(2))
    try:
        first.boot()
        list(first.run(job()))
        first.close()
        events = second.run(job())
        assert next(events)["event"] == "expected"
        first.close()
        assert [event["event"] for event in events][-1] == "done"
        assert verifier.usable()
    finally:
        second.close()
        verifier.close()


def test_a_verifier_whose_tests_broke_is_not_used_again() -> None:
    verifier = Verifier()
    try:
        assert serve(verifier, job("def test_it(:\n"))[-1]["event"] == "broken"
        assert not verifier.usable()
        assert verifier.container == ""
    finally:
        verifier.close()


MEETS = """
import asyncio, http.server, socket, subprocess, sys, threading, urllib.request
import pytest

def fetched(candidate):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_): pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return candidate.call("fetch", f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()

async def spoken(port):
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(b"hello")
    return await reader.read(100)

def test_a_service(candidate):
    candidate.start([sys.executable, "work.py"], port=8123)
    assert asyncio.run(spoken(8123)) == b"HELLO"
    assert socket.create_connection(("127.0.0.1", 8123), timeout=5).getpeername() == ("127.0.0.1", 8123)
    dial = "import socket; socket.create_connection(('127.0.0.1', 8123))"
    own = subprocess.run([sys.executable, "-c", dial], capture_output=True, text=True)
    assert "refused" in own.stderr, "the verifier itself is in the candidate's network"

def test_a_server_of_the_tests(candidate):
    assert fetched(candidate) == 200

def test_datagrams_and_what_there_is_not(candidate):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        candidate.call("send", line.getsockname()[1])
        assert line.recv(10) == b"datagram"
    for kind in (socket.SOCK_RAW, 77):
        with pytest.raises(OSError):
            socket.socket(socket.AF_INET, kind)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=5)
    assert not socket.socket().get_inheritable()

def test_that_brings_the_container_down(candidate):
    candidate.call("swallow")

def test_the_network_of_the_next_container(candidate):
    assert fetched(candidate) == 200
"""
MEETING = b"""
import os, socket, socketserver, urllib.request

def fetch(url):
    return urllib.request.urlopen(url).status

def send(port):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"datagram", ("127.0.0.1", port))

def swallow():
    open("/proc/self/oom_score_adj", "w").write("0")
    held = [os.memfd_create(str(n)) for n in range(40)]
    while True:
        for each in held:
            os.write(each, bytes(1 << 18))

class Loud(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.request.recv(100).upper())

if __name__ == "__main__":
    socketserver.ThreadingTCPServer(("127.0.0.1", 8123), Loud).serve_forever()
"""


def test_hidden_tests_are_in_the_candidates_network_and_their_container_is_not() -> None:
    verifier = Verifier()
    try:
        for _ in range(2):  # a verifier that has served another is in the new candidate's network as well
            events = serve(verifier, replace(job(MEETS), files={"work.py": MEETING}))
            told = {event["id"].partition("::test_")[2]: event for event in events if event["event"] == "test"}
            down = told.pop("that_brings_the_container_down")
            assert {event["message"] for event in told.values()} == {""}
            assert [event["status"] for event in told.values()] == ["passed"] * 4
            assert down["limits"] == ["memory"]
    finally:
        verifier.close()


def test_both_containers_stay_on_their_cores(client: APIClient) -> None:
    run = secrets.token_hex(6)
    sandbox = DockerSandbox(run, verifier=(verifier := Verifier(cores="0")))
    try:
        sandbox.boot()
        for event in sandbox.run(job()):
            if event["event"] == "connected":
                found = [client.inspect_container(f"grader-{run}-{role}") for role in ("verifier", "candidate")]
                assert [each["HostConfig"]["CpusetCpus"] for each in found] == ["0", "0"]
                return
    finally:
        sandbox.close()
        verifier.close()
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
