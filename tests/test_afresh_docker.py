"""A test may begin afresh: what it calls then knows nothing of what it called before. Real containers."""

from __future__ import annotations

import secrets

import pytest

from grader.grading.observed import collect
from grader.records import TestResult, TestStatus
from grader.sandbox import images as recipes
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.protocol import CandidateLimits, Job

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]

WORK = """
import os, socket, sys, time

KEPT, PORT = [], 5055

def leave():
    KEPT.append(1)
    for folder in ("/tmp", "/dev/shm"):
        os.makedirs(folder + "/below")
        open(folder + "/below/note", "w").write("x")
    if os.fork() == 0:
        os.setsid()
        with socket.create_server(("127.0.0.1", PORT)):
            time.sleep(60)
    print("left something", flush=True)

def find():
    with socket.socket() as probe:
        listens = probe.connect_ex(("127.0.0.1", PORT)) == 0
    return [*KEPT, *os.listdir("/tmp"), *os.listdir("/dev/shm"), *(["a daemon"] if listens else [])]

class Object:
    def there(self): return True

def ends(): os._exit(3)
def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
def holds(size): KEPT.append(bytearray(b"x") * size)
"""
TESTS = """
import time
import pytest
from grader_tests import CandidateError

def test_nothing_is_left(candidate):
    candidate.call("leave")
    for _ in range(1000):
        if "a daemon" in candidate.call("find"):
            break
        time.sleep(0.02)
    assert len(candidate.call("find")) == 4
    candidate.afresh()
    assert candidate.call("find") == []

def test_an_object_is_gone(candidate):
    kept = candidate.make("Object")
    assert kept.call("there")
    candidate.afresh()
    with pytest.raises(CandidateError):
        kept.call("there")
    assert candidate.call("find") == []

def test_a_death_before_costs_nothing_after(candidate):
    with pytest.raises(CandidateError, match="exit code 3"):
        candidate.call("ends")
    candidate.afresh()
    assert candidate.call("find") == []

def test_time_adds_up(candidate):
    for _ in range(2):
        candidate.call("burn", 0.3)
        candidate.afresh()
    candidate.call("find")

def test_memory_begins_anew_and_the_peak_is_kept(candidate, metric):
    candidate.call("holds", 60 << 20)
    before = candidate.peak_memory()
    candidate.afresh()
    candidate.call("find")
    assert candidate.peak_memory() < before / 2
    metric("before", before, floor=1e12, target=0)
"""


@pytest.fixture(scope="module")
def found(images: None) -> dict[str, TestResult]:
    job = Job(
        tests={"test_it.py": TESTS.encode()},
        files={"work.py": WORK.encode()},
        module="work",
        seed=7,
        limits=CandidateLimits(memory=256_000_000, total=60.0),
        candidate_image=recipes.candidate_recipe().tag,
    )
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        return {test.id.partition("::")[2]: test for test in collect(sandbox.run(job)).tests}
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    "test", ["test_nothing_is_left", "test_an_object_is_gone", "test_a_death_before_costs_nothing_after"]
)
def test_what_begins_afresh_knows_nothing_of_before(found: dict[str, TestResult], test: str) -> None:
    assert found[test].status is TestStatus.PASSED, found[test].message


def test_what_was_written_before_is_evidence_all_the_same(found: dict[str, TestResult]) -> None:
    assert found["test_nothing_is_left"].stdout == "left something\n"


def test_time_and_memory_of_a_test_are_those_of_all_its_beginnings(found: dict[str, TestResult]) -> None:
    assert 0.59 < found["test_time_adds_up"].seconds < 1.2
    anew = found["test_memory_begins_anew_and_the_peak_is_kept"]
    assert anew.status is TestStatus.PASSED, anew.message
    assert anew.peak_memory == anew.metrics[0].value
