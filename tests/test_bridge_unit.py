"""Pid 1 of the candidate's container, as far as it can be looked at without being pid 1.

Nothing here ends a process: what does that is only ever run inside a container.
"""

from __future__ import annotations

import errno
import gc
import inspect
import os
import signal
import socket
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader_bridge import bridge as pid_1
from grader_bridge import kernel, worker


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> ModuleType:

    def never(*_: object) -> None:
        raise AssertionError("a test must not end processes")

    monkeypatch.setattr(pid_1.Bridge, "end_all", never)
    return pid_1


# ------------------------------------------------------------------------------------------------ what it imports


def test_only_the_packs_own_packages_are_imported_ahead_of_candidate_code(
    serving: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a submission lists to be installed runs in processes of the candidate's alone."""
    for folder, name in (("trusted", "ours_of_the_pack"), ("chosen", "theirs_of_the_list"), ("chosen", "ends_all")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.py").write_text("raise SystemExit(3)\n" if name == "ends_all" else "")
    (tmp_path / "trusted" / "ends_too.py").write_text("raise SystemExit(3)\n")
    path = list(sys.path)
    monkeypatch.setattr(sys, "path", path)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    serving.op_setup(
        packages=[str(tmp_path / "chosen"), str(tmp_path / "trusted")], trusted=[str(tmp_path / "trusted")],
        preload=["theirs_of_the_list", "ends_all", "ends_too", "ours_of_the_pack", "no_such_module"], env={},
    )  # fmt: skip
    assert sys.modules.pop("ours_of_the_pack", None)
    assert "theirs_of_the_list" not in sys.modules
    assert str(tmp_path / "trusted") not in sys.path
    assert serving.packages == [str(tmp_path / "chosen"), str(tmp_path / "trusted")]


# ------------------------------------------------------------------------------------------------ what it hands out


@pytest.fixture
def serving(bridge: ModuleType) -> Iterator[Any]:
    near, far = socket.socketpair()
    made = bridge.Bridge(near)
    yield made
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for each in (near, far, made.wake, made.wake_writer, made.selector):
        each.close()


def test_a_socket_is_made_here_and_one_that_is_not_known_is_told_by_its_number(serving: Any) -> None:
    reply, (descriptor,) = serving.op_socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    with socket.socket(fileno=descriptor) as line:
        assert (reply, line.family, line.type) == ({}, socket.AF_INET, socket.SOCK_STREAM)
    assert serving.op_socket(socket.AF_INET, 77, 0) == ({"errno": errno.EINVAL}, [])


def test_what_is_used_up_is_an_error_and_not_an_answer(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def used_up(*_: object) -> None:
        raise OSError(errno.EMFILE, "too many")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", used_up)
        with pytest.raises(OSError, match="too many"):
            serving.op_socket(socket.AF_INET, socket.SOCK_STREAM, 0)


async def coroutine() -> None: ...


@types.coroutine
def of_old() -> Iterator[None]:
    yield


class Awaited:
    def __await__(self) -> Iterator[None]:
        yield


@pytest.mark.parametrize("value", [coroutine(), of_old(), Awaited(), iter(()), (n for n in ()), 1, Awaited, coroutine])
def test_what_is_awaited_is_what_python_takes_for_awaitable(value: object) -> None:
    assert worker._is_awaitable(value) == inspect.isawaitable(value)
    if isinstance(value, types.CoroutineType):
        value.close()


# ------------------------------------------------------------------------------------------------ emptying a folder


def test_emptying_takes_everything_and_follows_nothing(bridge: ModuleType, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    top = tmp_path / "top"
    top.mkdir()
    (top / "file").write_text("x")
    (top / "locked" / "inner").mkdir(parents=True)
    (top / "locked" / "inner" / "file").write_text("x")
    (top / "locked" / "inner").chmod(0)
    (top / "locked").chmod(0)
    (top / "link").symlink_to(outside)
    (top / "dangling").symlink_to("nowhere")
    (top / "locked-link").symlink_to(top / "locked")
    os.mkfifo(top / "pipe")
    (top / "\udcff\n odd").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(top / "socket"))
    os.link(outside / "kept.txt", top / "hard")
    bridge.empty(str(top))
    assert list(top.iterdir()) == []
    assert (outside / "kept.txt").read_text() == "kept"


def test_emptying_a_very_deep_folder_needs_no_long_path(bridge: ModuleType, tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 100, dir_fd=here)
        inner = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    bridge.empty(str(top))
    assert os.listdir(top) == []


def test_emptying_a_folder_that_is_a_link_or_not_there_does_nothing(bridge: ModuleType, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (tmp_path / "link").symlink_to(kept)
    bridge.empty(str(tmp_path / "link"))
    bridge.empty(str(tmp_path / "nothing"))
    bridge.empty(str(kept / "file"))
    assert (kept / "file").read_text() == "x"


# ------------------------------------------------------------------------------------------------ what the kernel says


def test_a_thread_that_computes_is_seen_and_one_that_waits_is_not(bridge: ModuleType, tmp_path: Path) -> None:
    def thread(pid: str, number: str, state: str) -> None:
        (folder := tmp_path / pid / "task" / number).mkdir(parents=True)
        (folder / "stat").write_text(f"{number} (odd ) R (name) {state} 1 1 1\n")

    for pid, number, state in (("1", "1", "R"), ("7", "7", "S"), ("7", "9", "R"), ("8", "8", "D"), ("9", "9", "Z")):
        thread(pid, number, state)
    (tmp_path / "10").mkdir()
    (tmp_path / "self").mkdir()
    assert bridge.running(str(tmp_path)) == 2
    assert bridge.running() >= 1  # this one


def test_a_process_is_counted_with_what_it_asked_of_the_scheduler_or_not_at_all(tmp_path: Path) -> None:
    ends = kernel.times_of(os.getpid())
    try:
        assert [len(os.pread(end, 4_000, 0).split()) > 2 for end in ends] in ([True, True], [])
    finally:
        for end in ends:
            os.close(end)
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text("0 0 1\n")
    before = len(os.listdir("/proc/self/fd"))
    assert kernel.times_of(7, str(tmp_path)) == kernel.times_of(8, str(tmp_path)) == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_counters_are_handed_over_by_name_and_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "cpu.stat").write_text("usage_usec 5\n")
    names, ends = kernel.counters(str(tmp_path))
    try:
        assert set(names) - {"schedstat"} == {"cpu.stat", "proc"}
        assert len(names) == len(ends) < 16, "as many descriptors as the verifier takes at once"
        assert os.pread(ends[names.index("cpu.stat")], 99, 0) == b"usage_usec 5\n"
    finally:
        for end in ends:
            os.close(end)
    assert len(kernel.COUNTERS) + 2 < 16


def test_what_waits_in_sockets_is_added_up_and_measured_by_the_memory_of_the_container(
    bridge: ModuleType, tmp_path: Path
) -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    line = "   0: 0100007F:A0F1 0100007F:C350 01 {} 00:00000000 00000000 20001 0 2166 1 0000 20 4 0 10 -1\n"
    (folder := tmp_path / "self" / "net").mkdir(parents=True)
    (folder / "tcp").write_text(head + line.format("00000010:00000002") + line.format("00000000:00000100"))
    (folder / "udp6").write_text(head + line.format("00000000:00001000"))
    assert bridge.queued(str(tmp_path)) == 0x10 + 2 + 0x100 + 0x1000
    assert bridge.queued() >= 0
    assert bridge.socket_memory(str(tmp_path)) == 0
    (folder / "sockstat").write_text(
        "sockets: used 9\nTCP: inuse 4 orphan 0 tw 3 mem 7\nUDP: inuse 2 mem 9\nRAW: inuse 0\n"
    )
    assert bridge.socket_memory(str(tmp_path)) == 16 * os.sysconf("SC_PAGE_SIZE")
    assert bridge.socket_room(str(tmp_path)) == float("inf")
    (tmp_path / "memory.max").write_text("max\n")
    assert bridge.socket_room(str(tmp_path)) == float("inf")
    (tmp_path / "memory.max").write_text("96000000\n")
    assert bridge.socket_room(str(tmp_path)) == 48_000_000


def test_emptying_stops_when_its_time_is_over(bridge: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    with pytest.raises(TimeoutError):
        bridge.empty(str(tmp_path), until=0.0)
    assert (tmp_path / "left").exists()
    bridge.empty(str(tmp_path))
    assert not (tmp_path / "left").exists()


def test_counts_are_numbers_or_absent(bridge: ModuleType) -> None:
    counts = bridge.cgroup_counts()
    assert all(isinstance(value, int) and value >= 0 for value in counts.values())


def test_a_folder_with_room_is_not_full(bridge: ModuleType, tmp_path: Path) -> None:
    assert not bridge.is_full(str(tmp_path))
    assert not bridge.is_full(str(tmp_path / "nothing"))


# ------------------------------------------------------------------------------------------------ a fork that fails


@pytest.mark.parametrize("request_", [{"op": "worker"}, {"op": "command", "argv": ["true"], "env": {}}])
def test_a_fork_that_fails_is_said_and_costs_no_descriptor(
    bridge: ModuleType, monkeypatch: pytest.MonkeyPatch, request_: dict[str, object]
) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    made = bridge.Bridge.__new__(bridge.Bridge)
    made.status, made.packages = {}, []
    monkeypatch.setattr(bridge.os, "fork", refuse)
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(3):
        fields = dict(request_)
        with pytest.raises(BlockingIOError):
            getattr(made, f"op_{fields.pop('op')}")(**fields)
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert made.status == {}


# ------------------------------------------------------------------------------------------------ the worker's answers


def test_a_result_that_breaks_while_it_is_written_down_is_a_bad_reply() -> None:
    class Odd(dict):  # type: ignore[type-arg]
        def items(self) -> object:  # type: ignore[override]
            raise SystemExit(3)

    text = worker._frame({"id": 4, "value": Odd(a=1)})[4:]
    assert b'"BadReply"' in text
    assert text.startswith(b'{"id": 4, "error"')


def test_an_error_whose_message_breaks_still_has_a_type() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise KeyboardInterrupt

    assert worker._describe(OddError())["message"] == "(its message raised KeyboardInterrupt)"
    assert worker._describe(OddError())["type"] == "OddError"
