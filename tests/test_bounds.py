"""What a hidden test may do in the verifier with what a candidate gave it: so much work and memory, and no more."""

from __future__ import annotations

import contextlib
import resource
import signal
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

from grader_verifier import bounds as of_a_test
from grader_verifier.blame import TestOverrunError
from tests.patience import bounded_work


@pytest.fixture
def bounds() -> Iterator[ModuleType]:
    before = signal.getsignal(signal.SIGPROF)
    yield of_a_test
    signal.signal(signal.SIGPROF, before)


def work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def catching_everything() -> None:
    while True:
        with contextlib.suppress(Exception):
            work(1)


def test_a_test_that_works_too_long_is_left_where_it_is(bounds: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TEST_SECONDS", 0.2)
    monkeypatch.setattr(bounds, "AGAIN_SECONDS", 0.1)
    made = bounds.Bounds()
    made.begin()
    began = time.process_time()
    with bounded_work(), pytest.raises(TestOverrunError, match=r"0\.2 s"), made.within():
        catching_everything()
    work(0.3)  # outside of it nothing is raised
    made.charge()
    assert 0.1 < made.used <= time.process_time() - began + 0.1


def test_what_waits_is_not_work(bounds: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TEST_SECONDS", 0.1)
    made = bounds.Bounds()
    made.begin()
    with made.within():
        time.sleep(0.3)


def test_a_test_is_not_left_in_the_middle_of_an_exchange(bounds: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TEST_SECONDS", 0.1)
    monkeypatch.setattr(bounds, "AGAIN_SECONDS", 0.1)
    busy, reached = [True], []
    made = bounds.Bounds(lambda: busy[0])
    made.begin()

    def exchange() -> None:
        work(0.4)
        reached.append(1)
        busy[0] = False
        work(5)

    with pytest.raises(TestOverrunError), made.within():
        exchange()
    assert reached


def test_parts_of_one_test_share_its_time(bounds: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TEST_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "AGAIN_SECONDS", 0.05)
    made = bounds.Bounds()
    made.begin()
    with made.within():
        work(0.2)  # far from the bound: on a busy machine the system's clock of the processor is a rough one
    with pytest.raises(TestOverrunError), made.within():
        work(0.49)
    made.begin()
    with made.within():
        work(0.2)


def test_memory_ends_before_the_containers_does_and_is_there_again(
    bounds: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    monkeypatch.setattr(bounds, "MEMORY", 50_000_000)
    made = bounds.Bounds()
    with pytest.raises(MemoryError), made.within():
        bytearray(200_000_000)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    bytearray(200_000_000)
