"""Places keep their verifier from one submission to the next, as long as that is good for another, and are not more
than there are."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from grader.errors import InfrastructureError
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.sandbox.kept import Slots, StoppedError
from grader.sandbox.protocol import CandidateLimits, Job, Sandbox
from grader.sandbox.verifier import Clock, Verifier
from grader.settings import Settings
from grader.testing.sandbox import ScriptedSandbox
from tests.batch_fixtures import SUMS
from tests.patience import WAIT, until

JOB = Job(tests={}, files={}, module="work", seed=1, limits=CandidateLimits(), candidate_image="x")


class Kept(Verifier):
    """A verifier that is never booted, and notes what becomes of it."""

    def __init__(self, slot: int) -> None:
        super().__init__()
        self.slot, self.good, self.booted, self.closed = slot, True, 0, 0

    def boot(self, run_id: str = "", clock: Clock = lambda _stage, _seconds: None) -> None:
        self.booted += 1

    def usable(self) -> bool:
        return self.good

    def hang_up(self) -> None: ...

    def close(self) -> None:
        self.closed += 1


class Maker:
    def __init__(self) -> None:
        self.made: list[Kept] = []

    def __call__(self, slot: int) -> Kept:
        self.made.append(Kept(slot))
        return self.made[-1]

    @property
    def closed(self) -> list[int]:
        return [kept.closed for kept in self.made]


def new_run(said: list[str] | None = None) -> Run:
    request = Request(source="s", challenge=Path(), out=Path())
    return Run(request=request, settings=Settings(), say=(said if said is not None else []).append)


def test_one_verifier_serves_all_submissions_of_a_place() -> None:
    slots = Slots(1, make := Maker())
    for _ in range(3):
        slots.sandbox(new_run()).close()
    assert [(kept.slot, kept.closed) for kept in make.made] == [(0, 0)]
    slots.close()
    assert make.closed == [1]


def test_one_that_is_no_good_any_more_is_replaced() -> None:
    slots = Slots(1, make := Maker())
    slots.sandbox(new_run()).close()
    make.made[0].good = False
    slots.sandbox(new_run()).close()
    assert [kept.closed > 0 for kept in make.made] == [True, False]


def test_those_prepared_are_the_first_to_serve() -> None:
    slots = Slots(3, make := Maker())
    slots.prepare(2)
    assert [(kept.slot, kept.booted) for kept in make.made] == [(0, 1), (1, 1)]
    boxes = [slots.sandbox(new_run()) for _ in range(3)]
    assert [kept.slot for kept in make.made] == [0, 1, 2]
    for box in boxes:
        box.close()
    slots.close()
    assert make.closed == [1, 1, 1]


def test_a_submission_waits_for_a_place_which_is_given_back_once() -> None:
    slots = Slots(1, make := Maker())
    said: list[str] = []
    got: list[Sandbox] = []
    first, run = slots.sandbox(new_run()), new_run(said)
    waiting = threading.Thread(target=lambda: got.append(slots.sandbox(run)))
    waiting.start()
    until(lambda: said)
    assert (said, got) == (["waiting for a place"], [])
    given = time.monotonic()
    first.close()
    first.close()
    waiting.join(WAIT)
    assert run.began >= given  # the wait is not the submission's time
    other = threading.Thread(target=lambda: got.append(slots.sandbox(new_run(said))))
    other.start()
    until(lambda: len(said) == 2)  # told before it waits: there is no place for it
    assert len(got) == 1, "there is one place, and two are in it"
    got[0].close()
    other.join(WAIT)
    assert (len(got), len(make.made)) == (2, 1)


def test_what_stays_far_longer_than_others_holds_nobody_up() -> None:
    """A place that somebody sleeps in is as good as none: a spare one is opened, as long as they sleep."""
    clock = [0.0]
    slots = Slots(2, make := Maker(), now=lambda: clock[0])
    for _ in range(3):  # ordinary ones: two seconds each
        box = slots.sandbox(new_run())
        clock[0] += 2.0
        box.close()
    sleepers = [slots.sandbox(new_run()) for _ in range(2)]
    clock[0] += 7.9  # less than four times as long
    assert not has_room(slots), "nobody has taken long yet"
    clock[0] += 0.2
    spare = [slots.sandbox(new_run()) for _ in range(2)]
    assert sorted(kept.slot for kept in make.made) == [0, 1, 2, 3]
    clock[0] += 1.0
    assert not has_room(slots), "for each that is late there is one more"
    clock[0] += 100.0
    assert not has_room(slots), "twice as many places are the most"
    for box in (*spare, sleepers[0]):
        box.close()
    last = [slots.sandbox(new_run()) for _ in range(2)]
    assert not has_room(slots), "one is late, so there are three places and not four"
    for box in (*last, sleepers[1]):
        box.close()
    slots.close()
    assert make.closed == [1, 1, 1, 1]


def test_beside_what_sleeps_there_is_one_more_place_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = ScriptedSandbox([{"event": "connected", "python": "3.11"}, {"event": "sleeps"}])
    monkeypatch.setattr("grader.sandbox.docker.DockerSandbox", lambda *_, **__: sleeper)
    slots = Slots(1, Maker(), now=lambda: 0.0)
    box = slots.sandbox(new_run())
    box.boot()
    events = box.run(JOB)
    assert next(events)["event"] == "connected"
    assert not has_room(slots)
    assert next(events)["event"] == "sleeps"
    assert has_room(slots)
    spare = slots.sandbox(new_run())
    assert not has_room(slots), "twice as many places are the most"
    box.close()
    spare.close()
    slots.sandbox(new_run())
    assert not has_room(slots), "who comes next into the place has not slept"


def has_room(slots: Slots) -> bool:
    """Whether a place is free."""
    return slots._has_room()


def test_a_place_whose_verifier_cannot_be_had_goes_back() -> None:
    """Else two faults of the engine would leave a batch of two waiting for ever."""
    slots = Slots(1, make := Maker())
    slots.sandbox(new_run()).close()
    make.made[0].good = False
    make.made[0].close = lambda: (_ for _ in ()).throw(InfrastructureError("the engine is gone"))  # type: ignore[method-assign]
    with pytest.raises(InfrastructureError):
        slots.sandbox(new_run())
    slots.sandbox(new_run()).close()
    assert len(make.made) == 2


def test_the_clock_of_a_run_that_asks_again_goes_on() -> None:
    slots, run = Slots(1, Maker()), new_run()
    slots.sandbox(run).close()
    began = run.began
    run.took("tests", 1.0)
    time.sleep(0.01)
    slots.sandbox(run).close()
    assert run.began == began


def test_who_waits_when_all_is_stopped_gets_no_place() -> None:
    slots = Slots(1, make := Maker())
    slots.sandbox(new_run())
    problems: list[type[BaseException]] = []
    said: list[str] = []

    def wait() -> None:
        try:
            slots.sandbox(new_run(said))
        except StoppedError as problem:
            problems.append(type(problem))

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: said)
    slots.stop()
    waiting.join(WAIT)
    assert problems == [StoppedError]
    with pytest.raises(StoppedError):
        slots.sandbox(new_run())
    assert len(make.made) == 1


def test_a_grading_that_gets_no_place_leaves_no_result(tmp_path: Path) -> None:
    slots = Slots(1, Maker())
    slots.stop()
    request = Request(source="s", challenge=SUMS, out=tmp_path / "out")
    with pytest.raises(StoppedError):
        grade(Run(request=request, settings=Settings(), say=lambda _text: None), slots.sandbox)
    assert not (tmp_path / "out" / "grade.json").exists()
