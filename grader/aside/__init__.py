"""Work on a candidate's text in a process beside this one, which can be ended in the middle of whatever it does.

An expression that does not come to an end holds Python's lock: no signal and no other thread gets through. So what
reads hostile text runs in a helper: a process of our own code, with a budget of processor time that the system itself
keeps (it kills the helper), a limit on memory, no key of ours in its environment, and nothing to write to but its
answer. Where hostile text finds a way to run code in there, the answer is all that it has: plain JSON of a limited
size, read as the type that the work gives and as nothing else (`parcel`). What is here is the side of whoever asks; the
helper's is `serving`.

A helper is started when it is first wanted, or ahead of that by `prepare`. It imports what is ours, calls `warm` of the
module of its work where there is one, and does each piece of work in a child of its own, so that nothing of one
submission reaches the next; it ends with the process that started it. `run` may be called from many threads at once.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

from grader.aside.messages import PATIENCE, exactly, received, send, signature, words
from grader.parcel import ParcelError, packed, unpacked

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 5.0
"""Processor time for one piece of work: what a person would hand in takes a tenth of it."""
_MOST_IDLE = 4
_MOMENT = 0.2
"""Seconds by the clock that one at work is waited for before another is started, which takes as long: most work is done
in a tenth of that."""
_LEAVES = 5.0
"""Seconds by the clock that a piece of work which has answered has to be gone, when the next one wants its helper."""
_ENDED = "the process that did it ended"
_NO_ANSWER = "what came back is no answer"
_HOME = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path[:] = sys.argv[1].split(':'); from grader.aside.serving import serve; serve(*sys.argv[2:])"
)


class AsideError(Exception):
    """The work was not done: it took too long, needed too much memory, or failed. `at`: what it was busy with."""

    def __init__(self, why: str, at: str = "") -> None:
        super().__init__(f"{why} ({at})" if at else why)
        self.why, self.at = why, at


def run(seconds: float, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """`work(*args)`, done in a helper within `seconds` of processor time. `work` is a function of a module of ours, and
    its annotations say what it takes and gives, in types that fit into a parcel. Raises AsideError."""
    if kwargs:
        raise TypeError("work is given its arguments by their place")
    try:
        return _run(seconds, work, args)
    except AsideError as problem:
        if problem.why != _ENDED:
            raise
    return _run(seconds, work, args)  # it may have been ended while it was idle


def _run(seconds: float, work: Callable[..., R], args: Sequence[object]) -> R:
    order = packed((seconds, f"{work.__module__}:{work.__qualname__}", len(args)))
    given = packed(args)
    helper = _take()
    try:
        kind, body, at = helper.do(seconds, order, given)
        failed = words(body) if kind == b"!" else ""
        result = unpacked(body, signature(work)[1]) if kind == b"=" else None
    except ParcelError as problem:
        _drop(helper)
        raise AsideError(f"{_NO_ANSWER} ({problem})") from None
    except BaseException:  # also where a person has had enough in the middle of it
        _drop(helper)
        raise
    _give_back(helper)
    if kind == b"!":
        raise AsideError(failed, at)
    return result  # type: ignore[return-value]


def prepare(warm: Callable[[], None]) -> None:
    """Starts a helper that begins with `warm`, a function of a module of ours, and does not wait for it; nothing where
    there is one."""
    with _changed:
        wanted = not _idle and not _at_work
    if wanted:
        _give_back(_Helper(f"{warm.__module__}:{warm.__qualname__}"))


_changed = threading.Condition()
_idle: list[_Helper] = []
_at_work: set[_Helper] = set()


@atexit.register
def end_all() -> None:
    """Ends the helpers that wait for work."""
    with _changed:
        helpers = list(_idle)
        _idle.clear()
    for helper in helpers:
        helper.end()


def _take() -> _Helper:
    """One that is idle, or will be in a moment; else a new one."""
    while True:
        with _changed:
            if not _idle and _at_work:
                _changed.wait_for(lambda: _idle or not _at_work, _MOMENT)
            helper = _idle.pop() if _idle else None
            if helper is not None:
                _at_work.add(helper)
        if helper is None:
            return _begun()
        if helper.lives() and helper.is_free():
            return helper
        _drop(helper)


def _begun() -> _Helper:
    helper = _Helper()
    with _changed:
        _at_work.add(helper)
    return helper


def _give_back(helper: _Helper) -> None:
    with _changed:
        _at_work.discard(helper)
        kept = len(_idle) < _MOST_IDLE
        if kept:
            _idle.append(helper)
            _changed.notify()
    if not kept:
        helper.end()


def _drop(helper: _Helper) -> None:
    """Ends one that is of no more use."""
    with _changed:
        _at_work.discard(helper)
        _changed.notify()
    helper.end()


class _Helper:
    """A process that does our work, and the pipes to and from it."""

    def __init__(self, warm: str = "") -> None:
        paths = ":".join(path for path in (*sys.path, _HOME) if path.startswith("/") and ":" not in path)
        flags = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
        free, tells = os.pipe()
        self._free, self._asked = io.FileIO(free, "rb"), False
        try:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", _START, paths, warm, str(tells)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env={},
                start_new_session=True,
                pass_fds=(tells,),
            )
        finally:
            os.close(tells)

    def lives(self) -> bool:
        return self._process.poll() is None

    def is_free(self) -> bool:
        """Whether the process that did the last piece of work is gone, which is waited for: a text that has taken it
        over may have it answer and stay, to read the next one's."""
        try:
            if self._asked:
                exactly(self._free, 1, time.monotonic() + _LEAVES)
        except (OSError, EOFError):
            return False
        self._asked = False
        return True

    def end(self) -> None:
        """Ends the process, whatever it does."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # with the child that is at work
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._free):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()

    def do(self, seconds: float, order: bytes, given: bytes) -> tuple[bytes, bytes, str]:
        """What the helper answers: `=` with a value or `!` with a reason, and what it was busy with last. Raises
        AsideError, ParcelError."""
        asked, answers = self._process.stdin, self._process.stdout
        until = time.monotonic() + seconds * PATIENCE
        at, self._asked = "", True
        try:
            send(asked, b"?", order)
            send(asked, b"#", given)
            while True:
                kind, body = received(answers, until, b"=!@")
                if kind != b"@":
                    return kind, body, at
                at = words(body)
        except TimeoutError:
            raise AsideError(f"it took longer than {seconds * PATIENCE:g} s", at) from None
        except (OSError, EOFError):
            raise AsideError(self._why(seconds), at) from None

    def _why(self, seconds: float) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(timeout=1) in {-signal.SIGPROF, -signal.SIGALRM}:
                return f"it took longer than {seconds:g} s of processor time"
        return _ENDED
