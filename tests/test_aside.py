"""Work on hostile text is done in a process that can be ended: it is, in time, and the rest goes on. What it answers is
data, whoever answers."""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from grader import aside
from grader.aside import AsideError
from grader.aside.serving import busy_with
from grader.parcel import packed
from grader.report import source
from tests import aside_work as work
from tests.patience import bounded_wait

ENDLESS = (r"(a+)+$", "a" * 60 + "b")


def test_what_is_asked_is_done_and_a_helper_is_used_again() -> None:
    aside.end_all()
    assert aside.run(5, work.escaped, "a\u200b") == "a\\u200b"
    assert aside.run(5, work.parent) == aside.run(5, work.parent) != os.getpid()


def test_no_piece_of_work_meets_what_another_left() -> None:
    helper = aside.run(5, work.parent)
    assert aside.run(5, work.leaves_something, "LEFT") == "nothing"
    assert aside.run(5, work.leaves_something, "LEFT") == "nothing"
    assert aside.run(5, work.writes_a_dot) == "\\."
    first, second = aside.run(5, work.pid), aside.run(5, work.pid)
    assert first != second
    assert helper == aside.run(5, work.parent), "the helper is the same, and has read none of it"


def test_a_helper_that_nobody_prepared_warms_up_once_for_all_its_children() -> None:
    aside.end_all()
    helper = aside.run(5, work.parent)
    assert aside.run(5, work.warmed) == aside.run(5, work.warmed) == [helper]


def test_work_that_comes_while_a_helper_is_at_work_waits_a_moment_for_that_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aside.end_all()
    first = aside.run(5, work.parent)
    monkeypatch.setattr(aside, "_MOMENT", 60.0)
    helpers: list[int] = []
    threads = [threading.Thread(target=lambda: helpers.append(aside.run(5, work.parent_slowly))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert helpers == [first] * 3


def test_nobody_waits_longer_than_a_moment_and_none_is_prepared_beside_one_at_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aside.end_all()
    monkeypatch.setattr(aside, "_MOMENT", 0.01)
    helper = aside.run(5, work.parent)
    held = threading.Thread(target=aside.run, args=(5, work.wait, 3.0))
    held.start()
    while aside._idle:
        time.sleep(0.001)
    aside.prepare(work.warm)
    assert not aside._idle
    assert aside.run(5, work.parent) != helper
    assert held.is_alive()
    held.join()


def test_who_waits_for_a_helper_that_ends_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    aside.end_all()
    helper = aside.run(5, work.parent)
    monkeypatch.setattr(aside, "_MOMENT", 60.0)

    def ends_it() -> None:
        with pytest.raises(AsideError):
            aside.run(5, work.kills_its_helper)

    held = threading.Thread(target=ends_it)
    held.start()
    while aside._idle:
        time.sleep(0.001)
    with bounded_wait():
        assert aside.run(5, work.parent) != helper
    held.join()


def test_the_machines_processes_are_looked_through_only_where_something_was_left() -> None:
    """In a process of its own: it ends what this one has started."""
    script = (
        "import os, signal; from grader.aside import serving; looked = []; look = serving._children\n"
        "serving._children = lambda: looked.append(1) or look()\n"
        "serving._end_what_it_left(); print(len(looked))\n"
        "if os.fork() == 0: os._exit(0)\n"
        "serving._end_what_it_left(); child = os.fork()\n"
        "if child == 0: signal.pause()\n"
        "serving._end_what_it_left(); print(bool(looked)); os.kill(child, 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, "ProcessLookupError" in done.stderr) == ("0\nTrue\n", True)


def test_records_and_bytes_cross_as_they_are() -> None:
    files = {"a.py": b"\0\xff" * 1_000, "half\ud800.md": b""}
    made = aside.run(5, work.page, files)
    assert made == work.Page("\ud800 ☃", list(files.values()), {"a.py": 2_000, "half\ud800.md": 0})
    assert type(made) is work.Page


def test_an_expression_without_an_end_is_ended_after_its_processor_time() -> None:
    with bounded_wait(), pytest.raises(AsideError, match=r"longer than 0\.5 s of processor time"):
        aside.run(0.5, work.matches, *ENDLESS)
    assert aside.run(5, work.escaped, "still there") == "still there"


@pytest.mark.slow
def test_others_go_on_meanwhile() -> None:
    failed: list[str] = []

    def hostile() -> None:
        try:
            aside.run(3, work.matches, *ENDLESS)
        except AsideError as problem:
            failed.append(problem.why)

    thread = threading.Thread(target=hostile)
    thread.start()
    assert aside.run(5, work.escaped, "honest") == "honest"
    assert thread.is_alive()
    thread.join()
    assert len(failed) == 1


def test_waiting_for_nothing_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "PATIENCE", 1)
    with pytest.raises(AsideError, match="longer than 1 s"):
        aside.run(1, work.wait, 60.0)


def test_memory_has_a_limit() -> None:
    with pytest.raises(AsideError, match="memory"):
        aside.run(5, work.zeros, 20_000_000_000)


def test_a_failure_is_told_and_is_none_of_the_helper() -> None:
    helper = aside.run(5, work.parent)
    with pytest.raises(AsideError, match="ValueError: invalid literal"):
        aside.run(5, work.number, "x")
    assert aside.run(5, work.number, "7") == 7
    assert aside.run(5, work.parent) == helper


def test_a_helper_that_dies_while_idle_is_replaced() -> None:
    pid = aside.run(5, work.parent)
    os.kill(pid, 9)
    assert aside.run(5, work.parent) != pid


def test_the_helper_has_no_key_of_ours_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    aside.end_all()
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert aside.run(5, work.setting, "OPENAI_API_KEY") is None


def test_outside_of_a_helper_there_is_nobody_to_tell() -> None:
    busy_with("a.md")


# ----------------------------------------------------------------------------------- a helper that was taken over


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


def message(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack("!cQ", kind, len(body) if size is None else size) + body


def parcel(text: bytes, head: bytes = b"[]", rest: bytes = b"") -> bytes:
    return struct.pack("!I", len(head)) + head + struct.pack("!I", len(text)) + text + rest


ANSWERS = {
    "garbage": b"\xde\xad\xbe\xef" * 64,
    "no parcel": message(b"=", b"{}"),
    "no JSON": message(b"=", parcel(b"{'title': 1}")),
    "cut short": message(b"=", struct.pack("!I", 4_000_000_000)),
    "too deep": message(b"=", parcel(b"[" * 1_000_000)),
    "not a number": message(b"=", parcel(b'["t",[],{"a":NaN}]')),
    "a list too short": message(b"=", packed(["t", []])),
    "another type": message(b"=", packed(["t", [], {"a": "1"}])),
    "truth for a number": message(b"=", packed(["t", [], {"a": True}])),
    "an object for a list": message(b"=", packed(["t", {"__class__": "os"}, {}])),
    "bytes that are not there": message(b"=", packed(["t", [7], {}])),
    "bytes before the first": message(b"=", packed(["t", [-1], {}])),
    "sizes that do not add up": message(b"=", parcel(b'["t",[0],{}]', b"[5]", b"abc")),
    "sizes below nothing": message(b"=", parcel(b'["t",[0],{}]', b"[5,-2]", b"abc")),
    "sizes of another kind": message(b"=", parcel(b'["t",[0],{}]', b'["3"]', b"abc")),
    "more than an answer may be": message(b"=", b"", 1 << 40),
    "a sentence without an end": message(b"!", b"", 1 << 30),
    "a name without an end": message(b"@", b"", 1 << 30),
    "a sentence that is none": message(b"!", packed({"a": 1})),
    "an order to us": message(b"#", packed([])),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_is_none_costs_that_work_and_the_next_has_another_helper(answer: bytes) -> None:
    before = aside.run(5, work.parent)
    with bounded_wait(), pytest.raises(AsideError, match="what came back is no answer"):
        aside.run(5, work.written, answer)
    assert aside.run(5, work.parent) != before


@pytest.mark.parametrize("kind", [b"=", b"!", b"@"])
def test_nothing_is_unpickled(tmp_path: Path, kind: bytes) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        trap = pickle.dumps(Trap(tmp_path / "sprung"), protocol=protocol)
        with pytest.raises(AsideError, match="what came back is no answer"):
            aside.run(5, work.written, message(kind, trap))
    assert not (tmp_path / "sprung").exists()
    pickle.loads(trap)  # noqa: S301 - our own
    assert (tmp_path / "sprung").exists(), "the trap would have worked"


def test_what_honest_work_gives_is_held_to_its_type_and_size() -> None:
    for wrong in (work.of_another_type, work.too_much):
        with pytest.raises(AsideError, match="what came back is no answer"):
            aside.run(5, wrong)


def test_a_sentence_from_the_helper_is_fit_to_be_shown() -> None:
    with pytest.raises(AsideError) as failed:
        aside.run(5, work.written, message(b"!", packed("\x1b[2J\u202e" + "x" * 10_000)))
    assert failed.value.why.startswith("\\x1b[2J\\u202e")
    assert len(failed.value.why) == 300


@pytest.mark.parametrize(("kind", "said"), [(b"=", 7), (b"!", "seven")])
def test_what_has_answered_and_stays_is_ended_before_the_next_is_asked(
    kind: bytes, said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "_LEAVES", 0.5)
    before = aside.run(5, work.parent)
    with contextlib.suppress(AsideError):
        assert aside.run(5, work.stays, message(kind, packed(said))) == 7
    assert aside.run(5, work.parent) not in {7, before}


def test_what_a_piece_of_work_leaves_behind_is_ended_before_the_next_is_asked() -> None:
    left = aside.run(5, work.leaves_processes)
    try:
        with bounded_wait():
            assert aside.run(5, work.number, "5") == 5
        assert not [pid for pid in left if is_there(pid)]
    finally:
        for pid in filter(is_there, left):
            os.kill(pid, 9)


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_page_is_made_without_the_files_where_the_helper_was_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken_over(seconds: float, _work: object, *_args: object) -> object:
        return aside_run(seconds, work.written, ANSWERS["another type"])

    aside_run = aside.run
    monkeypatch.setattr(aside, "run", taken_over)
    shown = source.shown({"secret.py": b"x = 1"}, [], (), frozenset())
    assert [file.path for file in shown.files] == ["file 1"]
    assert "not shown" in shown.files[0].notes[0]
