"""A slot keeps its verifier from one submission to the next, as long as that is good for another."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from grader.batch.slots import Slots
from grader.pipeline import Request, Run
from grader.sandbox.verifier import Clock, Verifier
from grader.settings import Settings


class Kept(Verifier):
    """A verifier that is never booted, and notes what becomes of it."""

    def __init__(self, slot: int) -> None:
        super().__init__()
        self.slot, self.good, self.booted, self.closed = slot, True, 0, 0

    def boot(self, run_id: str = "", clock: Clock = lambda _stage, _seconds: None) -> None:
        self.booted += 1

    def usable(self) -> bool:
        return self.good

    def close(self) -> None:
        self.closed += 1


class Maker:
    def __init__(self) -> None:
        self.made: list[Kept] = []

    def __call__(self, slot: int) -> Kept:
        self.made.append(Kept(slot))
        return self.made[-1]


def new_run() -> Run:
    request = Request(source="s", challenge=Path(), out=Path())
    return Run(request=request, settings=Settings(), say=lambda _text: None)


def test_one_verifier_serves_all_submissions_of_a_slot() -> None:
    make = Maker()
    slots = Slots(make)
    boxes = [slots.sandbox(new_run()) for _ in range(3)]
    assert [(kept.slot, kept.closed) for kept in make.made] == [(0, 0)]
    assert len({id(box) for box in boxes}) == 3
    slots.close()
    assert make.made[0].closed == 1


def test_one_that_is_no_good_any_more_is_replaced() -> None:
    make = Maker()
    slots = Slots(make)
    slots.sandbox(new_run())
    make.made[0].good = False
    slots.sandbox(new_run())
    assert [kept.closed for kept in make.made] == [1, 0]


def test_a_run_that_asks_again_gets_a_new_one() -> None:
    make, run = Maker(), new_run()
    slots = Slots(make)
    slots.sandbox(run)
    slots.sandbox(run)
    assert [kept.closed for kept in make.made] == [1, 0]


def test_those_prepared_go_to_the_first_slots_and_the_rest_is_removed() -> None:
    make = Maker()
    slots = Slots(make)
    slots.prepare(2)
    assert [(kept.slot, kept.booted) for kept in make.made] == [(0, 1), (1, 1)]
    slots.sandbox(new_run())
    slots.close()
    assert [kept.closed for kept in make.made] == [1, 1]


def test_after_the_end_none_is_made() -> None:
    make = Maker()
    slots = Slots(make)
    slots.close()
    with pytest.raises(RuntimeError):
        slots.sandbox(new_run())
    assert make.made == []


def test_each_thread_is_a_slot() -> None:
    make = Maker()
    slots = Slots(make)
    both = threading.Barrier(2)

    def work() -> None:
        slots.sandbox(new_run())
        both.wait()
        slots.sandbox(new_run())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept.slot for kept in make.made) == [0, 1]
    slots.close()
    assert [kept.closed for kept in make.made] == [1, 1]
