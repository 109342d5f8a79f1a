"""Work on hostile text is done in a process that can be ended: it is, in time, and the rest goes on."""

from __future__ import annotations

import os
import re
import threading
import time

import pytest

from grader import aside
from grader.aside import AsideError, busy_with
from grader.unseen import escaped

ENDLESS = (r"(a+)+$", "a" * 60 + "b")


def test_what_is_asked_is_done_and_a_helper_is_used_again() -> None:
    aside.end_all()
    assert aside.run(5, escaped, "a\u200b") == "a\\u200b"
    assert aside.run(5, os.getpid) == aside.run(5, os.getpid) != os.getpid()


def test_an_expression_without_an_end_is_ended_after_its_processor_time() -> None:
    began = time.monotonic()
    with pytest.raises(AsideError, match=r"longer than 0\.5 s of processor time"):
        aside.run(0.5, re.match, *ENDLESS)
    assert time.monotonic() - began < 10
    assert aside.run(5, escaped, "still there") == "still there"


def test_others_go_on_meanwhile() -> None:
    failed: list[str] = []

    def hostile() -> None:
        try:
            aside.run(3, re.match, *ENDLESS)
        except AsideError as problem:
            failed.append(problem.why)

    thread = threading.Thread(target=hostile)
    thread.start()
    assert aside.run(5, escaped, "honest") == "honest"
    assert thread.is_alive()
    thread.join()
    assert len(failed) == 1


def test_waiting_for_nothing_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_PATIENCE", 1)
    with pytest.raises(AsideError, match="longer than 1 s"):
        aside.run(1, time.sleep, 60)


def test_memory_has_a_limit() -> None:
    with pytest.raises(AsideError, match="memory"):
        aside.run(5, bytearray, 20_000_000_000)


def test_a_failure_is_told_and_is_none_of_the_helper() -> None:
    with pytest.raises(AsideError, match="ValueError: invalid literal"):
        aside.run(5, int, "x")
    assert aside.run(5, int, "7") == 7


def test_a_helper_that_dies_while_idle_is_replaced() -> None:
    pid = aside.run(5, os.getpid)
    os.kill(pid, 9)
    assert aside.run(5, os.getpid) != pid


def test_the_helper_has_no_key_of_ours_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    aside.end_all()
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert aside.run(5, os.getenv, "OPENAI_API_KEY") is None


def test_outside_of_a_helper_there_is_nobody_to_tell() -> None:
    busy_with("a.md")
