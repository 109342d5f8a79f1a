"""The next submission's sandbox is made while the current one is at work, and nobody gets a used one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.batch.ahead import Ahead, Clock
from grader.pipeline import Request, Run
from grader.sandbox.protocol import CandidateLimits, Event, Job
from grader.settings import Settings

JOB = Job(tests={}, files={}, module="m", seed=1, limits=CandidateLimits(), candidate_image="i")


class Box:
    """A sandbox that notes what becomes of it."""

    def __init__(self, clock: Clock, slot: int) -> None:
        self.clock, self.slot = clock, slot
        self.booted = self.ran = self.closed = 0
        self.good = True

    def boot(self) -> None:
        self.booted += 1

    def run(self, _job: Job) -> Iterator[Event]:
        self.ran += 1
        yield {"event": "expected", "tests": []}
        yield {"event": "connected", "python": "3.11"}
        self.clock("tests", 1.0)
        yield {"event": "done"}

    def facts(self) -> Mapping[str, Any]:
        return {"slot": self.slot}

    def close(self) -> None:
        self.closed += 1

    def usable(self) -> bool:
        return self.good


class Maker:
    def __init__(self) -> None:
        self.boxes: list[Box] = []

    def __call__(self, clock: Clock, slot: int) -> Box:
        self.boxes.append(Box(clock, slot))
        return self.boxes[-1]


def new_run() -> Run:
    request = Request(source="s", challenge=Path(), out=Path())
    return Run(request=request, settings=Settings(), say=lambda _text: None)


def graded(ahead: Ahead, run: Run, until: str = "done") -> None:
    """What the pipeline does with a sandbox."""
    sandbox = ahead.sandbox(run)
    sandbox.boot()
    for event in sandbox.run(JOB):
        if event["event"] == until:
            break
    sandbox.close()


def test_the_next_one_is_booted_once_the_tests_run_and_not_before() -> None:
    make = Maker()
    ahead = Ahead(make, lambda: 5)
    graded(ahead, new_run(), until="expected")
    assert len(make.boxes) == 1
    graded(ahead, new_run(), until="connected")
    graded(ahead, new_run())
    assert [(box.booted, box.ran, box.closed) for box in make.boxes] == [(1, 1, 1)] * 3 + [(1, 0, 0)]
    ahead.close()
    assert make.boxes[-1].closed == 1


def test_each_submission_has_a_sandbox_of_its_own_and_its_own_clock() -> None:
    make, runs = Maker(), [new_run() for _ in range(4)]
    waiting = iter([3, 2, 1, 0])
    ahead = Ahead(make, lambda: next(waiting))
    for run in runs:
        graded(ahead, run)
    assert [box.ran for box in make.boxes] == [1] * 4
    assert [run.timings for run in runs] == [{"tests": 1.0}] * 4


def test_none_is_made_for_which_no_submission_waits() -> None:
    make = Maker()
    ahead = Ahead(make, lambda: 0)
    graded(ahead, new_run())
    graded(ahead, new_run())
    assert len(make.boxes) == 2


def test_one_that_broke_while_it_waited_is_replaced() -> None:
    make = Maker()
    ahead = Ahead(make, lambda: 9)
    graded(ahead, new_run())
    make.boxes[1].good = False
    graded(ahead, new_run())
    assert [(box.ran, box.closed) for box in make.boxes[:3]] == [(1, 1), (0, 1), (1, 1)]


def test_a_run_that_asks_again_gets_a_new_one() -> None:
    make, run = Maker(), new_run()
    ahead = Ahead(make, lambda: 9)
    graded(ahead, run)
    graded(ahead, run)
    assert [box.ran for box in make.boxes] == [1, 0, 1]


def test_after_the_end_none_is_made() -> None:
    make = Maker()
    ahead = Ahead(make, lambda: 9)
    ahead.close()
    graded(ahead, new_run())
    assert len(make.boxes) == 1


def test_each_thread_is_a_slot_and_the_ready_ones_are_not_more_than_wait() -> None:
    make = Maker()
    ahead = Ahead(make, lambda: 1)
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        graded(ahead, new_run())
        both.wait()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(box.slot for box in make.boxes if box.ran) == [0, 1]
    assert sum(not box.ran for box in make.boxes) == 1
