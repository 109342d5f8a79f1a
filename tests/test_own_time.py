"""The candidate's clock and its memory: arithmetic, and the kernel's files in both versions of control groups.

Files of version 1 were recorded in a container; those of version 2 follow the kernel's documentation."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import grader_protocol
from grader.sandbox import docker
from grader_verifier import clock, gauges, own_time
from tests.patience import bounded_wait

Write = Callable[..., Any]

VERSION_1 = {
    "cpuacct/cpuacct.usage": "41384748\n",
    "cpu/cpu.stat": "nr_periods 7\nnr_throttled 2\nthrottled_time 5000000\nnr_bursts 0\nburst_time 0\n",
    "memory/memory.usage_in_bytes": "16000000\n",
    "memory/memory.max_usage_in_bytes": "17000000\n",
    "memory/memory.stat": "cache 9\nrss 2\ncache 9\ntotal_cache 10665984\ntotal_rss 2764800\ntotal_shmem 665984\n",
}
VERSION_2 = {
    "cpu.stat": "usage_usec 41384\nuser_usec 30000\nsystem_usec 11384\nnr_throttled 2\nthrottled_usec 5000\n",
    "memory.current": "16000000\n",
    "memory.peak": "17000000\n",
    "memory.stat": "anon 2764800\nfile 10665984\nkernel 1000000\nsock 4096\nshmem 665984\n",
}
OWN = {"schedstat": "1384748 250000000 12\n"}


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Write]:
    """`kernel(files)`: descriptors of `files`, by name; `kernel(name, text)` changes what one of them says."""
    opened: dict[str, int] = {}

    def write(files: dict[str, str] | str, text: str = "") -> dict[str, int]:
        for name, content in files.items() if isinstance(files, dict) else [(files, text)]:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(content)
            if name not in opened:
                opened[name] = os.open(path, os.O_RDONLY)
        return opened

    yield write
    for descriptor in opened.values():
        os.close(descriptor)


# ------------------------------------------------------------------------------------------------ what the kernel says


@pytest.mark.parametrize("files", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def test_both_versions_of_control_groups_say_the_same(files: dict[str, str], kernel: Write) -> None:
    read = gauges.Gauges(kernel(files | OWN))
    assert read.computed() == pytest.approx(0.04, abs=1e-5), "less what pid 1 computed itself"
    assert read.throttled() == pytest.approx(0.005)
    assert read.memory() == 16_000_000 - (10665984 - 665984), "files in memory count, cached ones do not"
    assert read.highest() == 17_000_000


def test_what_the_kernel_does_not_count_is_missing_and_not_zero(kernel: Write) -> None:
    read = gauges.Gauges({})
    assert (read.computed(), read.memory(), read.highest(), read.throttled()) == (None, None, None, 0.0)
    assert gauges.Memory(read).peak() is None
    assert gauges.Gauges(kernel({"cpuacct/cpuacct.usage": "5000000000\n"})).computed() == 5.0
    descriptor = os.open("/dev/null", os.O_WRONLY)
    assert gauges.times(descriptor) is None
    os.close(descriptor)
    assert gauges.times(None) is None


@pytest.mark.parametrize(
    ("nice", "policy", "gives_way"), [(0, 0, False), (19, 0, True), (0, 5, True), (0, 3, True), (-1, 0, False)]
)
def test_who_asks_for_less_than_its_share_is_seen(kernel: Write, nice: int, policy: int, gives_way: bool) -> None:
    assert gauges.gives_way(kernel({"stat": stat(nice, policy)})["stat"]) is gives_way


def test_who_is_gone_or_not_counted_has_asked_for_nothing(kernel: Write) -> None:
    assert not gauges.gives_way(None)
    assert not gauges.gives_way(kernel({"stat": ""})["stat"])
    mine = os.open("/proc/thread-self/stat", os.O_RDONLY)
    assert gauges.gives_way(mine) is (os.nice(0) > 0)
    os.close(mine)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Callable[[dict[str, list[str]]], Any]]:
    """`processes({"7": [stat of a thread, …]})`: gauges of a container in which these run, laid out as /proc is."""
    opened: list[int] = []

    def lay(there: dict[str, list[str]]) -> gauges.Gauges:
        top = Path(tempfile.mkdtemp(dir=tmp_path))
        (top / "uptime").write_text("1 1\n")
        for pid, threads in there.items():
            (top / pid).mkdir()
            for number, text in enumerate(threads):
                (folder := top / pid / "task" / str(int(pid) + number)).mkdir(parents=True)
                (folder / "stat").write_text(text)
            (top / pid / "stat").write_text(threads[0] if threads else "")
        opened.append(os.open(top, os.O_RDONLY | os.O_DIRECTORY))
        return gauges.Gauges({"proc": opened[-1]})

    yield lay
    for descriptor in opened:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("what", "there", "ready"),
    [
        ("nothing but pid 1, which is ours", {"1": ["R"]}, False),
        ("a shell that waits, and a command that could run", {"1": ["S"], "7": ["S"], "8": ["R"]}, True),
        ("all sleep", {"7": ["S"], "8": ["D"], "9": ["Z"]}, False),
        ("a thread of a process whose first one sleeps", {"7": ["S", "S", "R"]}, True),
        ("threads that sleep", {"7": ["S", "S", "S"]}, False),
        ("asked for less than its share", {"7": ["R nice"], "8": ["S", "R nice"]}, False),
        ("ended meanwhile", {"7": []}, False),
        ("a thread that ended meanwhile", {"7": ["S", ""]}, False),
    ],
)
def test_whatever_in_the_container_waits_for_a_processor_is_seen(
    what: str, there: dict[str, list[str]], ready: bool, processes: Callable[[dict[str, list[str]]], gauges.Gauges]
) -> None:
    laid = {
        pid: [each and stat(19 if "nice" in each else 0, state=each[0], threads=len(threads)) for each in threads]
        for pid, threads in there.items()
    }
    assert processes(laid).ready() is ready, what


def test_a_process_whose_threads_are_gone_when_they_are_asked_for_is_not_ready(
    processes: Callable[[dict[str, list[str]]], gauges.Gauges], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, listdir = processes({"7": [stat(state="S", threads=2)]}), os.listdir

    def gone(folder: int) -> list[str]:
        if folder != read.files["proc"]:
            raise ProcessLookupError
        return listdir(folder)

    monkeypatch.setattr(gauges.os, "listdir", gone)
    assert not read.ready()


def test_where_no_processes_are_shown_nobody_is_ready(kernel: Write) -> None:
    assert not gauges.Gauges({}).ready()
    assert not gauges.Gauges({"proc": kernel({"no-folder": ""})["no-folder"]}).ready()


def held(kernel: Write, used: int, cached: int = 0, most: int | None = None) -> None:
    kernel("memory.current", f"{used}\n")
    kernel("memory.stat", f"anon {used - cached}\nfile {cached}\nshmem 0\n")
    kernel("memory.peak", f"{most or used}\n")


def test_memory_is_that_of_the_test_above_what_was_there_at_rest(kernel: Write) -> None:
    held(kernel, 10_000_000, 2_000_000)
    memory = gauges.Memory(gauges.Gauges(kernel({})))
    held(kernel, 310_000_000, 2_000_000)
    memory.look()
    held(kernel, 10_000_000, 2_000_000, most=310_000_000)
    assert memory.peak() == 300_000_000, "given back is not unseen"
    memory.begin()
    assert memory.peak() == 0, "what the test before took is not this one's"
    held(kernel, 15_000_000, 6_000_000, most=310_000_000)
    assert memory.peak() == 1_000_000, "files that were read are not held by anybody"


def test_what_was_taken_and_given_back_between_two_looks_is_seen_where_the_mark_rose(kernel: Write) -> None:
    held(kernel, 10_000_000, 2_000_000)
    memory = gauges.Memory(gauges.Gauges(kernel({})))
    held(kernel, 10_000_000, 2_000_000, most=210_000_000)
    assert memory.peak() == 200_000_000


def test_a_glance_does_not_miss_what_is_new(kernel: Write) -> None:
    held(kernel, 10_000_000)
    memory = gauges.Memory(gauges.Gauges(kernel({})))
    held(kernel, 30_000_000, most=30_000_000)
    memory.glance()
    held(kernel, 20_000_000, most=10_000_000)
    memory.glance()
    assert memory._most == 20_000_000


# ------------------------------------------------------------------------------------------------ arithmetic


def moments(**after: Any) -> tuple[Any, Any]:
    times = clock.Times
    begin = clock.Moment(
        wall=10.0, computed=1.0, called=times(ran=1.0, waited=0.0), here=times(ran=5.0, waited=0.0), ready=2.0
    )
    none = dict.fromkeys(("waited", "here", "throttled", "ready"), 0.0)
    end = {"wall": 11.0, "computed": 1.0, "ran": 1.0} | none | after
    return begin, clock.Moment(
        wall=end["wall"],
        computed=end["computed"],
        called=times(ran=end["ran"], waited=end["waited"]),
        here=times(ran=5.0, waited=end["here"]),
        throttled=end["throttled"],
        ready=2.0 + end["ready"],
    )


@pytest.mark.parametrize(
    ("what", "after", "seconds"),
    [
        ("sleeps, or waits for somebody", {}, 1.0),
        ("computes all the time", {"computed": 2.0, "ran": 2.0}, 1.0),
        ("computes a quarter, and waits for a processor else", {"computed": 1.25, "ran": 1.25, "waited": 0.75}, 0.25),
        ("computes a quarter, sleeps a quarter", {"computed": 1.25, "ran": 1.25, "waited": 0.5}, 0.5),
        ("is answered, and we are not given a processor to hear it", {"computed": 1.1, "ran": 1.1, "here": 0.9}, 0.1),
        ("computes in two threads at once", {"computed": 3.0, "ran": 2.0}, 2.0),
        ("lets a child compute and waits for it", {"computed": 2.0}, 1.0),
        ("sleeps half, and waits for its own child's processor half", {"computed": 1.5, "waited": 0.5}, 1.0),
        (
            "is stopped because it used up its share",
            {"computed": 1.5, "ran": 1.5, "waited": 0.5, "throttled": 0.5},
            1.0,
        ),
        ("is stopped with all around it at a share of theirs", {"computed": 1.2, "ran": 1.2, "waited": 0.8}, 0.2),
        ("has a child that waits three quarters", {"computed": 1.25, "ready": 1.0}, 0.25),
        ("has a child that waits a quarter, and sleeps", {"computed": 1.25, "ready": 0.5}, 0.75),
        ("has a child that waits, and is looked at late", {"computed": 1.25, "ready": 0.9, "here": 0.1}, 0.25),
        ("has children that keep each other waiting", {"computed": 2.0, "ready": 1.0}, 1.0),
        ("has a child that is stopped at its share", {"computed": 1.5, "ready": 1.0, "throttled": 0.5}, 1.0),
        ("claims more waiting than there was time", {"waited": 7.0}, 0.0),
    ],
)
def test_own_time_is_what_was_computed_or_slept_and_not_what_the_machine_kept(
    what: str, after: dict[str, float], seconds: float
) -> None:
    before, then = moments(**after)
    assert clock.own_seconds(before, then, 1.0) == pytest.approx(seconds), what


@pytest.mark.parametrize(
    ("what", "after", "seconds"),
    [
        ("sleeps all the time", {}, 1.0),
        ("computes all the time", {"computed": 2.0, "ran": 2.0}, 0.0),
        ("lets a child compute and waits for it", {"computed": 2.0}, 0.0),
        ("waits for a processor", {"computed": 1.25, "ran": 1.25, "waited": 0.75}, 0.0),
        ("computes a quarter, waits for a processor a half", {"computed": 1.25, "ran": 1.25, "waited": 0.5}, 0.25),
        ("computes in two threads at once", {"computed": 3.0, "ran": 2.0}, 0.0),
    ],
)
def test_who_waits_for_a_processor_does_not_sleep(what: str, after: dict[str, float], seconds: float) -> None:
    assert clock.slept_seconds(*moments(**after)) == pytest.approx(seconds), what


def test_where_nothing_is_counted_nobody_is_said_to_sleep() -> None:
    assert clock.slept_seconds(clock.Moment(wall=1.0), clock.Moment(wall=3.5)) == 0.0


def test_that_a_call_sleeps_is_said_once_and_not_of_a_short_one() -> None:
    said: list[str] = []
    budget = clock.TimeBudget(10.0, 60.0, lambda: said.append("sleeps"))
    for seconds in (0.0, 0.4, 0.6, 0.1, 9.0):
        budget.look(SimpleNamespace(slept=lambda seconds=seconds: seconds))
    assert said == ["sleeps"]


def test_what_went_on_since_the_call_before_counts_for_the_next_one() -> None:
    before, after = moments(computed=1.2, ran=1.2, wall=10.2)
    assert clock.own_seconds(before, after, 1.0) == pytest.approx(0.2)
    assert clock.own_seconds(before, after, 0.3) == pytest.approx(0.9)


def test_only_the_last_look_of_ours_that_came_late_is_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = iter([0.0, 5.0, 5.25])
    monkeypatch.setattr(clock, "times", lambda end: clock.Times(ran=0.0, waited=next(waited)) if end == 7 else None)
    monkeypatch.setattr(clock, "_own_times", lambda: 7)
    monkeypatch.setattr(clock.time, "monotonic", iter([0.0, 10.0, 16.0, 17.0]).__next__)
    slept = clock.Clock(SimpleNamespace(computed=lambda: None, throttled=lambda: 0.0))
    slept.start(None)
    assert slept.own() == 1.0
    assert slept.stop() == 6.75


def test_what_a_command_had_waited_for_when_it_ended_is_not_its_own_time(kernel: Write) -> None:
    """The counter of a process goes with it, before anybody hears that it has ended."""
    files = kernel({"first": "0 0 1\n", "cpuacct/cpuacct.usage": "0\n"})
    counted = clock.Clock(gauges.Gauges({name: files[name] for name in files if name != "first"}))
    counted.start(files["first"])
    time.sleep(0.5)
    kernel("first", "0 400000000 1\n")
    counted.own()
    kernel("first", "")
    seconds = counted.stop()
    assert seconds <= counted.passed - 0.4
    counted.start(files["first"])
    time.sleep(0.2)
    assert counted.stop() >= 0.199, "what another has waited for is not taken off"


def test_a_child_that_is_ready_at_each_look_was_kept_waiting_and_one_that_sleeps_was_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, ready = [100.0], [True]
    looks: list[float] = []
    monkeypatch.setattr(clock.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "_own_times", lambda: None)
    seen = SimpleNamespace(
        computed=lambda: computed[0], throttled=lambda: 0.0, ready=lambda: looks.append(1) or ready[0]
    )
    computed = [5.0]
    shell = clock.Clock(seen)
    shell.start(None)
    for _ in range(100):
        now[0], computed[0] = now[0] + 0.01, computed[0] + 0.002
        shell.own()
    assert shell.own() == pytest.approx(0.2), "it had a fifth of a processor, and could have had a whole one"
    assert shell.slept() == pytest.approx(0.0)
    ready[0] = False
    for _ in range(100):
        now[0] += 0.01
        shell.own()
    assert shell.stop() == pytest.approx(1.2)
    shell.start(None)
    looks.clear()
    for _ in range(100):
        now[0], computed[0] = now[0] + 0.01, computed[0] + 0.0095
        shell.own()
    assert shell.stop() == pytest.approx(0.95)
    assert looks == [], "who computes all the time need not be looked at"


def test_looking_takes_a_small_share_of_the_time_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = [100.0], []
    monkeypatch.setattr(clock.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "_own_times", lambda: None)

    def dear() -> bool:
        looks.append(now[0])
        now[0] += 0.01
        return True

    bomb = clock.Clock(SimpleNamespace(computed=lambda: 5.0, throttled=lambda: 0.0, ready=dear))
    bomb.start(None)
    while now[0] < 110.0:
        now[0] += 0.001
        bomb.own()
    assert len(looks) * 0.01 <= 10.0 * clock.DEAREST_LOOK + 0.01
    assert bomb.own() < 0.5, "what was seen counts until the next look"


def test_where_nothing_is_counted_the_clock_is_the_wall() -> None:
    before, after = clock.Moment(wall=1.0), clock.Moment(wall=3.5)
    assert clock.own_seconds(before, after, None) == 2.5
    assert clock.kept(before, after) == 0.0


def test_a_budget_knows_when_the_machine_has_kept_too_much() -> None:
    budget = clock.TimeBudget(1.0, 10.0)
    budget.kept = 10.0 * (grader_protocol.CEILING - 1)
    assert not budget.starved
    budget.kept += 1
    assert budget.starved


def test_who_may_take_less_of_this_machines_clock_waits_less_in_each_call_and_in_all() -> None:
    budget, passed = clock.TimeBudget(20.0, 60.0, ceiling=4.0), 0.0
    while not budget.starved:
        waited = budget.patience(20.0)
        assert waited <= 50.0
        passed += waited
        budget.kept += waited
    assert passed <= 60.0 * 4.0
    assert docker.longest(60.0, 4.0) < docker.longest(60.0)


def test_endless_calls_on_a_starved_machine_leave_the_tests_after_them_time_to_be_judged() -> None:
    """Calls that never end get an eighth of a processor; a short one after each of them has to be waited for, too."""
    call, total, share = 2.0, 7.0, 1 / 8
    budget, judged, wall = clock.TimeBudget(call, total), 0, 0.0
    for _ in range(10):
        assert not budget.starved, "a short test would be left open here"
        passed = min(budget.patience(call), call / share)
        judged += passed * share == call
        budget.kept += passed * (1 - share) + 0.01
        wall += passed
    assert judged == 1, "the first of them is waited for until its own limit"
    assert wall < docker.longest(total)


def test_no_call_waits_for_more_than_half_of_what_is_left_or_less_than_its_own_limit() -> None:
    budget = clock.TimeBudget(2.0, 700.0)
    assert budget.patience(2.0) == 2.0 * clock.PATIENCE
    budget.kept = 700.0 * (clock.CEILING - 1 - clock.RESERVE) - 10.0
    assert budget.patience(2.0) == 2.0 + 5.0
    budget.kept += 100.0
    assert budget.patience(2.0) == 2.0
    assert not budget.starved


# ------------------------------------------------------------------------------------------------ one test's time


class Idle:
    """A link whose container computes as its `script` says: processor seconds at each look at it, and threads."""

    def __init__(self, gauges: Any, kernel: Write, script: Iterable[tuple[float, int]]) -> None:
        self.gauges, self.kernel, self.script, self.used = gauges, kernel, iter(script), 0.0
        self.memory = SimpleNamespace(look=self.look, glance=lambda: None)
        self.threads = self.looks = 0
        self.called = False

    def look(self) -> None:
        self.looks += 1
        more, self.threads = next(self.script, (0.0, 0))
        self.used += more
        self.kernel("cpuacct/cpuacct.usage", f"{round(self.used * 1e9)}\n")

    def ask(self, op: str) -> tuple[dict[str, int], list[int]]:
        assert op == "usage"
        assert not self.called, "pid 1 waits for its turn among all that the candidate has started"
        return {"running": self.threads}, []

    def wait(self, done: Callable[[], bool], deadline: float, _talking: object) -> bool:
        self.look()
        while not done() and time.monotonic() < deadline:
            time.sleep(0.001)
        return done()


def timed(kernel: Write, script: Iterable[tuple[float, int]], call: float = 1.0) -> tuple[Any, Any]:
    files = kernel({"cpuacct/cpuacct.usage": "0\n"})
    budget = own_time.TimeBudget(call, 10.0)
    return own_time.OwnTime(Idle(gauges.Gauges(files), kernel, script), budget), budget


PROCESS = SimpleNamespace(times=None, stat=None, pid=7)


def stat(nice: int = 0, policy: int = 0, state: str = "R", threads: int = 1) -> str:
    fields = [state, *["0"] * 15, str(nice), str(threads), *["0"] * 20, str(policy), "0", "0"]
    return f"7 (a ) b) {' '.join(fields)}\n"


@contextmanager
def passing() -> Iterator[list[float]]:
    """Holds, when it is over, the seconds that passed within it: whatever is clocked there is no more than that."""
    began, passed = time.monotonic(), list[float]()
    yield passed
    passed.append(time.monotonic() - began + 1e-6)


def brief(taken: Any) -> float:
    """A call that does nothing; the most that it can have taken, on a machine that is as busy as it may be."""
    with passing() as passed:
        taken.begin(PROCESS)
        taken.stop()
    return passed[0]


def test_who_reads_the_clock_waits_until_nothing_computes(kernel: Write) -> None:
    taken, budget = timed(kernel, [(0.3, 1), (0.0, 1), (0.2, 0)])
    most = 0.5 + brief(taken)
    (seconds,) = taken.of_each()
    assert 0.499999 <= seconds <= most
    assert budget.used == taken.total == pytest.approx(seconds)
    looks = taken._link.looks
    assert taken.of_each() == [seconds]
    assert taken._link.looks == looks, "once is enough"


def test_a_container_that_never_rests_is_waited_for_as_long_as_a_call_may_take(kernel: Write) -> None:
    taken, _ = timed(kernel, repeat((0.005, 1)), call=0.1)
    brief(taken)
    with bounded_wait(), passing() as passed:
        taken.of_each()
    assert passed[0] >= 0.1


def test_a_call_that_sleeps_ends_at_its_limit(kernel: Write) -> None:
    taken, _ = timed(kernel, [])
    with passing() as passed:
        taken.begin(PROCESS)
        assert not taken.wait(lambda: False, 0.05, PROCESS)
        taken.stop()
    assert 0.05 <= taken.of_each()[0] <= passed[0]
    assert not taken.starved


def test_a_call_that_computes_in_children_ends_when_they_have_used_up_its_limit(kernel: Write) -> None:
    taken, _ = timed(kernel, [(800.0, 4)])
    taken.begin(PROCESS)
    with bounded_wait():
        assert not taken.wait(lambda: False, 200.0, PROCESS)


def test_a_call_that_the_machine_starves_is_told_apart(kernel: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, budget = timed(kernel, [])
    monkeypatch.setattr(taken._clock, "own", lambda: 0.001)
    monkeypatch.setattr(taken._clock, "stop", lambda: 0.001)
    with passing() as passed:
        taken.begin(PROCESS)
        assert not taken.wait(lambda: False, 0.05, PROCESS)
        taken.stop()
    assert taken.starved
    assert own_time.TimeBudget(1.0, 10.0).patience(0.05) - 0.001 <= budget.kept <= passed[0]
    assert budget.used == 0.001


def test_who_asked_for_less_than_its_share_was_not_starved(kernel: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, _ = timed(kernel, [])
    monkeypatch.setattr(taken._clock, "own", lambda: 0.001)
    taken.begin(SimpleNamespace(times=None, stat=kernel({"stat": stat(nice=19)})["stat"], pid=666))
    taken._link.called = True
    assert not taken.wait(lambda: False, 0.05, PROCESS)
    assert not taken.starved


def test_who_asked_for_less_than_its_share_waits_on_its_own_time(kernel: Write) -> None:
    taken, budget = timed(kernel, [])
    files = kernel({"first": "0 0 1\n", "stat": stat(policy=5)})
    taken.begin(SimpleNamespace(times=files["first"], stat=files["stat"], pid=666))

    def waits() -> bool:  # the kernel says that the whole time went by without a processor
        kernel("first", f"0 {round(taken._clock.passed * 1e9)} 1\n")
        return False

    assert not taken.wait(waits, 0.4, PROCESS)
    taken.stop()
    assert budget.used > budget.kept, "no longer than a call that sleeps: the machine kept nothing from it"
    assert not taken.starved


def test_who_has_its_share_and_waits_for_others_does_not_wait_on_its_own_time(kernel: Write) -> None:
    taken, budget = timed(kernel, [])
    files = kernel({"first": "0 0 1\n", "stat": stat()})
    taken.begin(SimpleNamespace(times=files["first"], stat=files["stat"], pid=7))
    taken._link.called = True
    until = time.monotonic() + 1.0

    def waits() -> bool:
        kernel("first", f"0 {round(taken._clock.passed * 1e9)} 1\n")
        return time.monotonic() > until

    assert taken.wait(waits, 0.9, PROCESS)
    taken.stop()
    assert budget.kept > budget.used


def test_what_never_answers_gets_little_time_after_three_tests_until_it_answers() -> None:
    budget = own_time.TimeBudget(10.0, 180.0)
    assert budget.allow(None, "call f") == (10.0, "call")
    for _ in range(clock.SILENT_TESTS):
        assert budget.allow(None, "call f") == (10.0, "call")
        budget.unanswered("call f")
    assert budget.allow(None, "call f") == (1.0, "call")
    assert budget.allow(0.3, "call f") == (0.3, "call"), "a test's own limit is never made longer"
    assert budget.allow(None, "call g") == (10.0, "call"), "nothing is known of another"
    budget.answered("call f")
    budget.unanswered("call f")
    assert budget.allow(None, "call f") == (10.0, "call"), "who has answered once is slow, and not silent"


def test_the_time_of_a_command_is_its_own_whenever_it_is_read(kernel: Write) -> None:
    taken, _ = timed(kernel, [(0.3, 0), (0.0, 0), (0.0, 0), (0.0, 0), (0.0, 0), (0.7, 0)])
    one = brief(taken)
    first = taken.reader()
    seconds = first()
    assert 0.299999 <= seconds <= 0.3 + one
    other = brief(taken)
    assert 0.699999 <= taken.reader()() <= 0.7 + other
    assert first() == seconds


def test_a_socket_is_waited_for_on_the_candidates_clock(kernel: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, budget = timed(kernel, [])
    now, kept = [100.0], [0.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "kept", lambda _before, _after: kept[0])
    taken.begin_waiting()
    now[0], kept[0] = 102.0, 1.6
    assert taken.waits_on(0.5)
    assert not taken.waits_on(0.3)
    assert not taken.starved
    assert taken.end_waiting() == pytest.approx(0.4)
    assert (budget.used, budget.kept) == (pytest.approx(0.4), pytest.approx(1.6))


def test_a_socket_that_the_machine_starves_is_told_apart(kernel: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, _ = timed(kernel, [])
    now = [100.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "kept", lambda before, after: after.wall - before.wall)
    taken.begin_waiting()
    now[0] += clock.PATIENCE * 0.1 + 0.01
    assert not taken.waits_on(0.1)
    assert taken.starved


def test_times_of_a_list_stand_in_its_order() -> None:
    assert own_time.put_back([0.2, 0.1], [2, 0, 1]) == [0.1, 0.2]
    assert own_time.put_back([], [2, 0, 1]) == []


def test_the_whole_has_time_for_each_part_that_keeps_to_its_own() -> None:
    total = 120.0
    starved, lost = total * grader_protocol.CEILING, grader_protocol.ANSWER_SECONDS * (docker.RESTARTS + 1)
    cleared = 2.0 * total  # a second of the candidate's own for each container that is replaced, in two seconds
    assert docker.longest(total) >= starved + lost + cleared + 60
