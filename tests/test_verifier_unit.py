"""Parts of the verifier's container that can be looked at outside of it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.sandbox.background import Background
from grader_verifier import bridge_link, candidate_network, plugin, serving
from grader_verifier.blame import CandidateError
from tests.patience import WAIT, bounded_wait


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(socket.socket, "__init__", socket.socket.__init__)  # and put back afterwards
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    return candidate_network


# ------------------------------------------------------------------------------------------------ files


def test_a_submission_is_laid_out_for_everybody_to_read_and_its_times_say_nothing(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    files = {"a/b/c.py": b"x", "a/d/e.py": b"", "run.sh": b"#!/bin/sh\n", "ü" * 120 + ".md": b"long"}
    serving.write(files, str(top))
    found = {path.relative_to(top).as_posix(): path.stat() for path in top.rglob("*")}
    assert {name: oct(about.st_mode & 0o7777) for name, about in found.items() if name in files} == {
        "a/b/c.py": "0o644", "a/d/e.py": "0o644", "run.sh": "0o755", "ü" * 120 + ".md": "0o644",
    }  # fmt: skip
    assert {about.st_mtime for about in [*found.values(), top.stat()]} == {0}
    assert {name: (top / name).read_bytes() for name in files} == files
    assert set(found) - set(files) == {"a", "a/b", "a/d"}


# ------------------------------------------------------------------------------------------------ the one before


def test_work_that_has_not_ended_in_time_is_not_taken_for_done() -> None:
    work, over = Background(), threading.Event()
    work.start(lambda: over.wait(30) and None)
    assert not work.join(0.05)
    assert not work.join(0.05), "it was forgotten"
    over.set()
    assert work.join(10)


# ------------------------------------------------------------------------------------------------ sockets


def test_sockets_are_the_ones_that_were_made_elsewhere(network: ModuleType) -> None:
    asked: list[tuple[int, int, int]] = []
    with contextlib.ExitStack() as all_closed:
        there = all_closed.enter_context(socket.socket())

        def make(family: int, kind: int, protocol: int) -> int:
            asked.append((family, kind, protocol))
            return os.dup(there.fileno())

        network.install(make)
        here = all_closed.enter_context(socket.socket())
        assert os.fstat(here.fileno()).st_ino == os.fstat(there.fileno()).st_ino
        assert (here.family, here.type) == (socket.AF_INET, socket.SOCK_STREAM)
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
        all_closed.enter_context(socket.socket(socket.AF_INET, kind, socket.IPPROTO_TCP))
    assert asked == [(socket.AF_INET, socket.SOCK_STREAM, 0), (socket.AF_INET, kind, socket.IPPROTO_TCP)]


def test_what_is_no_new_socket_of_the_internet_is_left_alone(network: ModuleType) -> None:
    def never(*_: int) -> int:
        raise AssertionError("asked for a socket")

    with contextlib.ExitStack() as all_closed:
        there = all_closed.enter_context(socket.socket())
        network.install(never)
        near, far = map(all_closed.enter_context, socket.socketpair())
        near.sendall(b"x")
        assert far.recv(1) == b"x"
        assert all_closed.enter_context(socket.socket(socket.AF_UNIX)).family == socket.AF_UNIX
        assert all_closed.enter_context(socket.socket(fileno=os.dup(there.fileno()))).family == socket.AF_INET
        assert all_closed.enter_context(there.dup()).fileno() > 2


def test_before_there_is_a_container_sockets_are_of_here(network: ModuleType) -> None:
    network.install(lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        for name in ("127.0.0.1", "localhost"):
            with socket.create_connection((name, port)) as line:
                assert line.getpeername() == ("127.0.0.1", port)
    with pytest.raises(OSError, match=r"Name or service|name resolution"):
        socket.getaddrinfo("no-such-name.invalid", 80)


def test_a_container_that_has_no_socket_left_is_the_candidates_doing() -> None:

    class Drained:
        def ask(self, **_: object) -> None:
            raise bridge_link.NoProcessError("too many descriptors")

    limits = {"call_seconds": 1, "total_seconds": 1, "reply_bytes": 1, "output_bytes": 1}
    job = plugin.ReceivedJob(seed=1, module="m", packages=[], trusted=[], preload=[], only=[], files={}, **limits)
    verifier = plugin.HiddenTestPlugin(job, None, None, None)
    assert verifier.socket(socket.AF_INET, socket.SOCK_STREAM, 0) is None
    verifier.link = Drained()
    with pytest.raises(CandidateError, match="ProcessLimit"):
        verifier.socket(socket.AF_INET, socket.SOCK_STREAM, 0)


@pytest.mark.parametrize("packet", [b'{"pid": 7}', b"[]", b"7", b"{", b"\xff", b'{"errno": 1}'])
def test_an_answer_that_the_bridge_does_not_give_is_a_lost_bridge(packet: bytes) -> None:
    """Two descriptors where four are due must not become an error of the hidden test."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reader, writer = os.pipe()
    made = bridge_link.Link(near)
    socket.send_fds(far, [packet], [reader, writer])
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(bridge_link.BridgeLostError, match="does not give"):
        made.ask(op="worker")
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(bridge_link.BridgeLostError):
        made.ask(op="usage", pid=1)
    for end in (reader, writer):
        os.close(end)
    near.close()
    far.close()


class Paid:
    """Counts what a test is charged for its sockets: at most 1,000 bytes, some seconds for an answer."""

    def __init__(self) -> None:
        self.most = 0.5
        self.size, self.seconds, self.kept = 0, 0.0, 0.0
        self.began = 0.0

    def socket_seconds(self, waited: float) -> float:
        if waited >= self.most:
            raise RuntimeError("late")
        return self.most - waited

    def socket_begins(self) -> None:
        self.began = time.monotonic()

    def waited(self) -> float:
        return max(0.0, time.monotonic() - self.began - self.kept)

    def socket_goes_on(self, seconds: float) -> bool:
        return self.waited() < seconds

    def socket_ends(self) -> float:
        waited = self.waited()
        self.seconds += waited
        return waited

    def socket_took(self, size: int) -> None:
        self.size += size
        if self.size > 1000:
            raise RuntimeError("too much")


@pytest.fixture
def paid(network: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Paid:
    for name in (*network.READS, *network.WRITES, *network.WAITS):
        monkeypatch.setattr(socket.socket, name, getattr(socket.socket, name))  # and put back afterwards
    paid = Paid()
    network.install(lambda *_: None, lambda: paid)
    return paid


@pytest.fixture
def service() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a service that does something with each caller; its address."""
    with contextlib.ExitStack() as opened:

        def start(serve: Callable[[socket.socket], None]) -> str:
            door = opened.enter_context(socket.create_server(("127.0.0.1", 0)))

            def work() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        line, _ = door.accept()
                        with line, contextlib.suppress(OSError):
                            line.recv(65_536)
                            serve(line)

            threading.Thread(target=work, daemon=True).start()
            return f"http://127.0.0.1:{door.getsockname()[1]}/"

        yield start


def trickle(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n")
    for _ in range(6_000):
        line.sendall(b" ")
        time.sleep(0.1)


def endless(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"[" * 100)


def silent(_line: socket.socket) -> None:
    time.sleep(600)


def asked(url: str, timeout: float | None) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as reply:  # noqa: S310 - on this machine
        return bytes(reply.read())


@pytest.mark.parametrize(
    ("serve", "timeout", "words"),
    [
        (trickle, 5, "late"),
        (silent, 5, "late"),
        (silent, None, "late"),
        (endless, 5, "too much"),
        (silent, 0.1, "timed out"),
    ],
)
def test_a_service_costs_its_caller_so_much_time_and_so_many_bytes(
    paid: Paid, service: Any, serve: Callable[[socket.socket], None], timeout: float | None, words: str
) -> None:
    url = service(serve)
    began = time.monotonic()
    with bounded_wait(), pytest.raises((RuntimeError, OSError), match=words):
        asked(url, timeout)
    assert paid.seconds <= time.monotonic() - began
    assert paid.size <= 1000 + 65_536


def test_each_request_has_the_time_of_an_answer_to_itself(paid: Paid, service: Any) -> None:
    paid.most = 2.0

    def slow(line: socket.socket) -> None:
        time.sleep(0.6)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    url = service(slow)
    assert [asked(url, None) for _ in range(4)] == [b"ok"] * 4
    assert paid.seconds >= 2.4


def test_what_the_machine_keeps_from_a_service_is_not_waited_for_on_its_time(paid: Paid, service: Any) -> None:
    paid.kept = 60.0

    def starved(line: socket.socket) -> None:
        time.sleep(3 * paid.most)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    assert asked(service(starved), None) == b"ok"
    assert paid.seconds == 0.0


@pytest.mark.usefixtures("paid")
def test_a_server_of_the_tests_in_a_thread_of_its_own_may_wait() -> None:
    door = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        line, _ = door.accept()
        with line:
            heard.append(line.recv(10))

    thread = threading.Thread(target=serve)
    thread.start()
    time.sleep(0.7)
    with socket.create_connection(door.getsockname()) as caller:
        caller.sendall(b"hello")
        thread.join(WAIT)
    assert heard == [b"hello"]
    door.close()


def test_a_test_that_waits_for_a_caller_waits_as_long_as_for_an_answer(paid: Paid) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door, pytest.raises(RuntimeError, match="late"):
        door.accept()
    assert paid.seconds >= 0.5
