"""The same work has the same figures, wherever a submission lets it be done and whenever. Real containers."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from grader.grading.observed import collect
from grader.records import TestResult, TestStatus
from grader.sandbox import images
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.protocol import CandidateLimits, Job
from tests import messages

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]

WORK = """
import json, mmap, os, socket, struct, sys, threading, time

def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

def here(seconds): burn(seconds)
def thread(seconds): threading.Thread(target=burn, args=(seconds,)).start()
def child(seconds):
    if os.fork() == 0:
        burn(seconds)
        os._exit(0)
def orphan(seconds):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            burn(seconds)
        os._exit(0)
def fan(seconds):
    for _ in range(4):
        child(seconds / 4)

KEPT, AHEAD = [], {}
def item(number):
    if number not in AHEAD:
        peeked = b""
        line = socket.socket(fileno=os.dup(3))
        try:
            peeked = line.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            pass
        AHEAD[number] = len(peeked)
        burn(0.05 if not peeked else 0.05 * 20)
        for other in range(20) if peeked else ():
            AHEAD[other] = 0
    return AHEAD[number]

def sleeps(seconds): time.sleep(seconds)
def waits_for_a_child(seconds):
    pid = os.fork()
    if not pid:
        burn(seconds)
        os._exit(0)
    os.waitpid(pid, 0)
def waits_for_a_thread(seconds):
    thread = threading.Thread(target=burn, args=(seconds,))
    thread.start()
    thread.join()

def in_process(size): KEPT.append(bytearray(b"x") * size)
def in_child(size):
    reader, writer = os.pipe()
    if os.fork() == 0:
        kept = bytearray(b"x") * size
        os.write(writer, b"k")
        time.sleep(60)
    os.read(reader, 1)
def in_memfd(size):
    KEPT.append(os.memfd_create("x"))
    for _ in range(size >> 20): os.write(KEPT[-1], b"x" * (1 << 20))
def in_shm(size):
    with open("/dev/shm/x", "wb") as file:
        for _ in range(size >> 20): file.write(b"x" * (1 << 20))
def given_back(size):
    kept = bytearray(b"x") * size
    open("/proc/self/clear_refs", "w").write("5") if os.access("/proc/self/clear_refs", os.W_OK) else None
    time.sleep(0.5)  # however busy the machine is, it is looked at meanwhile
def without_first_thread(size):
    there = threading.Event()
    threading.Thread(target=lambda: (in_process(size), there.set(), time.sleep(60))).start()
    there.wait()

def little(): return 1
if __name__ == "__main__":
    {"here": burn, "tenth": lambda seconds: burn(seconds / 10)}.get(sys.argv[-1], child)(0.4)
"""
TESTS = """
import pytest

@pytest.mark.parametrize("how", ["here", "thread", "child", "orphan", "fan"])
def test_time(candidate, metric, how):
    candidate.call(how, 0.4)
    metric("seconds", candidate.seconds, floor=9, target=0)

def test_time_of_a_command(candidate, metric):
    metric("seconds", candidate.run(["python", "work.py"]).seconds, floor=9, target=0)

def test_time_of_a_command_alone(candidate, metric):
    metric("seconds", candidate.run(["python", "work.py", "here"]).seconds, floor=9, target=0)

@pytest.mark.parametrize("command", ["python work.py here | cat", "for n in 1 2 3 4 5; do python work.py tenth; done"])
def test_time_of_a_shell(candidate, metric, command):
    metric("seconds", candidate.run(["sh", "-c", command]).seconds, floor=9, target=0)

@pytest.mark.parametrize("what", ["child", "thread"])
def test_waits(candidate, metric, what):
    candidate.call("waits_for_a_" + what, 0.4)
    metric("seconds", candidate.seconds, floor=9, target=0)

def test_each(candidate, metric):
    peeked = candidate.map("item", range(20))
    assert not any(peeked), peeked
    for seconds in candidate.last_seconds:
        metric("seconds", seconds, floor=9, target=0)

def test_between_calls(candidate, metric):
    candidate.call("thread", 0.4)
    import time; time.sleep(1.0)
    candidate.call("little")
    metric("seconds", candidate.seconds, floor=9, target=0)

def test_sleep(candidate, metric):
    candidate.call("sleeps", 0.4)
    metric("seconds", candidate.seconds, floor=9, target=0)

@pytest.mark.parametrize(
    "how", ["in_process", "in_child", "in_memfd", "in_shm", "given_back", "without_first_thread"]
)
def test_memory(candidate, metric, how):
    candidate.call(how, 40 << 20)
    metric("bytes", candidate.peak_memory(), floor=1e12, target=0)

def test_little_memory(candidate, metric):
    candidate.call("little")
    metric("bytes", candidate.peak_memory(), floor=1e12, target=0)
"""


def job() -> Job:
    return Job(
        tests={"test_it.py": TESTS.encode()},
        files={"work.py": WORK.encode()},
        module="work",
        seed=7,
        limits=CandidateLimits(memory=256_000_000, total=60.0),
        candidate_image=images.candidate_recipe().tag,
    )


def run(what: Job) -> dict[str, TestResult]:
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        return {test.id.partition("::")[2]: test for test in collect(sandbox.run(what)).tests}
    finally:
        sandbox.close()


@pytest.fixture(scope="module")
def found(images: None) -> dict[str, TestResult]:
    return run(job())


MOST = 3.0
"""Times what was worked or slept: own time comes to no more, beside loops that would make it seven times that."""


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Other programs on this machine that take all they can have."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def figures(tests: dict[str, TestResult], name: str) -> list[float]:
    assert tests[name].status is TestStatus.PASSED, tests[name].message
    return [metric.value for metric in tests[name].metrics]


@pytest.mark.parametrize("how", ["here", "thread", "child", "orphan", "fan"])
def test_work_takes_its_time_wherever_it_is_done(found: dict[str, TestResult], how: str) -> None:
    (seconds,) = figures(found, f"test_time[{how}]")
    assert 0.39 < seconds < 0.4 * MOST


def test_work_of_a_commands_child_is_the_commands(found: dict[str, TestResult]) -> None:
    assert 0.39 < figures(found, "test_time_of_a_command")[0] < 0.4 * MOST


def test_no_request_is_seen_before_the_one_before_it_is_answered(found: dict[str, TestResult]) -> None:
    each = figures(found, "test_each")
    assert min(each) > 0.049
    assert sum(each) < 20 * 0.05 * MOST


def test_work_between_two_calls_counts_for_the_next(found: dict[str, TestResult]) -> None:
    assert 0.39 < figures(found, "test_between_calls")[0] < 0.4 * MOST


def test_who_sleeps_takes_time(found: dict[str, TestResult]) -> None:
    assert 0.35 < figures(found, "test_sleep")[0] < 0.4 * MOST


@pytest.mark.parametrize("how", ["in_process", "in_child", "in_memfd", "in_shm", "given_back", "without_first_thread"])
def test_memory_is_seen_wherever_it_is_held(found: dict[str, TestResult], how: str) -> None:
    (size,) = figures(found, f"test_memory[{how}]")
    assert 41_000_000 < size < 60_000_000
    peak = found[f"test_memory[{how}]"].peak_memory
    assert size <= (peak or 0) < 60_000_000, "the test's own is looked at once more, when it has ended"
    (little,) = figures(found, "test_little_memory")
    assert 1_000_000 < little < 20_000_000, "memory of one test is not the next one's"


@pytest.mark.parametrize(("how", "told"), [("sleeps", 1), ("here", 0)])
def test_the_host_is_told_of_what_sleeps_and_not_of_what_computes(how: str, told: int) -> None:
    source = f"def test_it(candidate):\n    for _ in range(2):\n        candidate.call({how!r}, 1.5)\n"
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        events = list(sandbox.run(replace(job(), tests={"test_it.py": source.encode()})))
    finally:
        sandbox.close()
    assert [event["event"] for event in events].count("sleeps") == told
    assert [messages.wrong_event(event) for event in events] == [""] * len(events)


def test_a_busy_machine_changes_no_figure_much(found: dict[str, TestResult]) -> None:
    with busy(6):
        beside = run(replace(job(), only=("test_time", "test_waits", "test_each", "test_sleep")))
    timed = [name for name in beside if name.startswith(("test_time", "test_waits", "test_each", "test_sleep"))]
    assert len(timed) == 13
    for name in timed:
        quiet, loud = (sorted(figures(tests, name)) for tests in (found, beside))
        assert loud[len(loud) // 2] < MOST * quiet[len(quiet) // 2], name


HOLDS = """
import os, threading, time

def burn():
    while True:
        pass
def sleeps(): time.sleep(3600)
def burns():
    for _ in range(8): threading.Thread(target=burn).start()
    burn()
def idles():
    os.nice(19)
    burns()
def little(): return 1
"""
HELD = """
import pytest

@pytest.mark.parametrize("turn", range(5))
def test_held(candidate, turn):
    candidate.call("HOW")

@pytest.mark.parametrize("turn", range(3))
def test_little(candidate, turn):
    assert candidate.call("little") == 1
"""


@pytest.mark.parametrize("how", ["sleeps", "burns", "idles"])
def test_what_never_answers_holds_its_place_for_three_calls_and_little_more(how: str) -> None:
    what = replace(
        job(),
        tests={"test_it.py": HELD.replace("HOW", how).encode()},
        files={"work.py": HOLDS.encode()},
        limits=CandidateLimits(memory=256_000_000, call=1.5, total=60.0),
    )
    tests = run(what)
    held = [test for name, test in tests.items() if "held" in name]
    whole = [test for test in held if "did not finish within 1.5 s" in test.message]
    short = [test for test in held if "within 1 s; it gave no answer in 3 tests before" in test.message]
    assert (len(whole), len(short)) == (3, 2), [test.message for test in held]
    assert {test.fault for test in held} == {"candidate"}
    assert all(test.status == TestStatus.PASSED for name, test in tests.items() if "little" in name)
