"""The helper's side: does one piece of work after the other, each in a child of its own."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import math
import os
import resource
import signal
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.aside.messages import MOST_SHOWN, PATIENCE, received, send, signature
from grader.parcel import packed, unpacked

_MEMORY = 3_000_000_000
_PR_SET_CHILD_SUBREAPER = 36
_WAIT_FOR_ALL = 0x40000000
"""`__WALL`: also for what was not started as a process usually is."""

_answers: io.FileIO | None = None


def busy_with(what: str) -> None:
    """Said by work on its way: what it is at, for the sentence that tells why it was not done."""
    if _answers is not None:
        send(_answers, b"@", packed(what[:MOST_SHOWN]))


def serve(warm: str, free: str) -> None:
    """The helper: does what it is told until nobody is there to tell it anything. Through the descriptor `free`, which
    its children do not have, it says that the last of them is gone, and with it all that it started."""
    global _answers
    import ctypes  # here alone: whoever asks has no use for it

    tells = int(free)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _answers, asked = io.FileIO(1, "wb", closefd=False), io.FileIO(0, "rb", closefd=False)
    if warm:
        _warm_up(warm)
    while True:
        try:
            seconds, name, count = unpacked(received(asked, math.inf, b"?")[1], tuple[float, str, int])
        except EOFError:
            return
        with contextlib.suppress(Exception):  # said by the child
            signature(_function(name))  # what it imports is there for all that come
            _warm_up(f"{name.partition(':')[0]}:warm")
        gc.freeze()  # the child looks through none of what is ours for garbage
        child = os.fork()
        if child == 0:
            try:
                os.close(tells)
                _work(asked, seconds, name, count)
            finally:
                os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _end_what_it_left()
        if ended < 0:
            os.kill(os.getpid(), -ended)  # in its way, which says why
            os._exit(1)
        os.write(tells, b".")


def _end_what_it_left() -> None:
    """Ends whatever a child that is gone has started and left behind, in whatever session: it holds the pipes, and
    could read what is asked next or answer in its place. The system hands it to this process, so that where no child is
    left, none of theirs is; where it cannot be ended, this does not return, and whoever waits takes another helper."""
    with contextlib.suppress(ChildProcessError):
        while True:
            if os.waitpid(-1, _WAIT_FOR_ALL | os.WNOHANG)[0]:
                continue
            for pid in _children():  # seldom: looking through all that runs here takes longer than most work does
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, _WAIT_FOR_ALL)


def _children() -> list[int]:
    """The processes that this one is the parent of. One that was there when it began to look is there until it is
    waited for, so none that has others below it is missed."""
    found = []
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                of_it = Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()  # its name may hold anything
                if int(of_it[1]) == os.getpid():
                    found.append(int(entry.name))
    return found


def _work(asked: io.FileIO, seconds: float, name: str, count: int) -> None:
    """One piece of work, in a process that has done none before and does none after it: what a text does to it, to its
    memory or to a module in it, no other submission's meets. The bytes of the text are read here for the first time."""
    assert _answers is not None  # noqa: S101
    given = received(asked, math.inf, b"#")[1]
    try:
        work = _function(name)
        takes = tuple(signature(work)[0][:count])
        taken = unpacked(given, tuple[takes])  # type: ignore[valid-type]
        _limit(seconds)  # what is ours, importing it and reading the order, is not clocked
        kind, body = b"=", packed(work(*taken))
    except MemoryError:
        kind, body = b"!", packed("it needed more memory than there is for it")
    except Exception as problem:
        kind, body = b"!", packed(f"{type(problem).__name__}: {str(problem)[:200]}")
    _limit(0.0)
    send(_answers, kind, body)


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def _warm_up(name: str) -> None:
    """Once: what this function of ours imports and compiles is there for each child, which would do it anew. A helper
    that nobody prepared does so for the module of the work that it is given."""
    _function(name)()


def _limit(seconds: float) -> None:
    """The system ends this process after `seconds` of processor time, or some minutes by the clock: neither signal is
    caught, so nothing in Python has to be awake for it. 0 takes the limit away."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE + 5 if seconds else 0)
