"""Work on a candidate's text in a process beside this one, which can be ended in the middle of whatever it does.

An expression that does not come to an end holds Python's lock: no signal and no other thread gets through. So what
reads hostile text runs in a helper: a process of our own code, with a budget of processor time that the system itself
keeps (it kills the helper), a limit on memory, no key of ours in its environment, and nothing to write to but its
answer. Where hostile text finds a way to run code in there, the answer is all that it has: plain JSON of a limited
size, read as the type that the work gives and as nothing else (`parcel`).

A helper is started when it is first wanted, or ahead of that by `prepare`. It imports what is ours, calls `warm` of the
module of its work where there is one, and does each piece of work in a child of its own, so that nothing of one
submission reaches the next; it ends with the process that started it. `run` may be called from many threads at once.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import math
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, get_type_hints

from grader.errors import visible
from grader.parcel import ParcelError, packed, unpacked

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 5.0
"""Processor time for one piece of work: what a person would hand in takes a tenth of it."""
_PATIENCE = 12
"""So many times its processor time a helper may take by the clock: the machine may be busy."""
_MEMORY = 3_000_000_000
MOST_ANSWER = 128_000_000
"""Bytes of an answer: a page takes a few million, what a judge is shown ten times that."""
_MOST_WORDS = 20_000
"""Bytes of a sentence from the helper."""
_MOST_IDLE = 4
_MOMENT = 0.2
"""Seconds by the clock that one at work is waited for before another is started, which takes as long: most work is done
in a tenth of that."""
_LEAVES = 5.0
"""Seconds by the clock that a piece of work which has answered has to be gone, when the next one wants its helper."""
_PR_SET_CHILD_SUBREAPER = 36
_WAIT_FOR_ALL = 0x40000000
"""`__WALL`: also for what was not started as a process usually is."""
_ENDED = "the process that did it ended"
_NO_ANSWER = "what came back is no answer"
_MOST_SHOWN = 300
_HEAD = struct.Struct("!cQ")
_MOST = {b"?": _MOST_WORDS, b"#": 2 * MOST_ANSWER, b"=": MOST_ANSWER, b"!": _MOST_WORDS, b"@": _MOST_WORDS}
"""Bytes of a message, by its kind: what is to be done, with what; a value, a reason, what the helper is busy with."""
_HOME = str(Path(__file__).resolve().parents[1])
_START = "import sys; sys.path[:] = sys.argv[1].split(':'); from grader.aside import serve; serve(*sys.argv[2:])"


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
        failed = _words(body) if kind == b"!" else ""
        result = unpacked(body, _signature(work)[1]) if kind == b"=" else None
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


@lru_cache(maxsize=64)
def _signature(work: Callable[..., object]) -> tuple[list[Any], Any]:
    """The types that `work` takes, in order, and the one that it gives."""
    hints = get_type_hints(work)
    gives = hints.pop("return")
    return list(hints.values()), gives


def _words(body: bytes) -> str:
    """A sentence, or a name, from the helper: fit to be shown."""
    return visible(str(unpacked(body, str)), _MOST_SHOWN)


def prepare(warm: Callable[[], None]) -> None:
    """Starts a helper that begins with `warm`, a function of a module of ours, and does not wait for it; nothing where
    there is one."""
    with _changed:
        wanted = not _idle and not _at_work
    if wanted:
        _give_back(_Helper(f"{warm.__module__}:{warm.__qualname__}"))


def busy_with(what: str) -> None:
    """Said by work on its way: what it is at, for the sentence that tells why it was not done."""
    if _answers is not None:
        _send(_answers, b"@", packed(what[:_MOST_SHOWN]))


# ---------------------------------------------------------------------------------------------- our side

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
                _exactly(self._free, 1, time.monotonic() + _LEAVES)
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
        until = time.monotonic() + seconds * _PATIENCE
        at, self._asked = "", True
        try:
            _send(asked, b"?", order)
            _send(asked, b"#", given)
            while True:
                kind, body = _received(answers, until, b"=!@")
                if kind != b"@":
                    return kind, body, at
                at = _words(body)
        except TimeoutError:
            raise AsideError(f"it took longer than {seconds * _PATIENCE:g} s", at) from None
        except (OSError, EOFError):
            raise AsideError(self._why(seconds), at) from None

    def _why(self, seconds: float) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(timeout=1) in {-signal.SIGPROF, -signal.SIGALRM}:
                return f"it took longer than {seconds:g} s of processor time"
        return _ENDED


def _received(pipe: Any, until: float, kinds: bytes) -> tuple[bytes, bytes]:
    """The next message, which has to be one of `kinds`. Raises ParcelError, TimeoutError, EOFError."""
    kind, size = _HEAD.unpack(_exactly(pipe, _HEAD.size, until))
    if kind not in kinds:
        raise ParcelError("a message of another kind")
    if size > _MOST[kind]:
        raise ParcelError(f"{size:,} bytes, and {_MOST[kind]:,} are allowed")
    return kind, _exactly(pipe, size, until)


def _exactly(pipe: Any, size: int, until: float) -> bytes:
    parts: list[bytes] = []
    ready = select.poll()  # `select` takes no descriptor above 1023, and a server may have many
    ready.register(pipe, select.POLLIN)
    while size:
        left = until - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000 if left < math.inf else None):
            raise TimeoutError
        part = pipe.read(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _send(pipe: Any, kind: bytes, body: bytes) -> None:
    left = memoryview(_HEAD.pack(kind, len(body)) + body)
    while left:
        left = left[pipe.write(left) :]


# ---------------------------------------------------------------------------------------------- the helper's side

_answers: io.FileIO | None = None


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
            seconds, name, count = unpacked(_received(asked, math.inf, b"?")[1], tuple[float, str, int])
        except EOFError:
            return
        with contextlib.suppress(Exception):  # said by the child
            _signature(_function(name))  # what it imports is there for all that come
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
    given = _received(asked, math.inf, b"#")[1]
    try:
        work = _function(name)
        takes = tuple(_signature(work)[0][:count])
        taken = unpacked(given, tuple[takes])  # type: ignore[valid-type]
        _limit(seconds)  # what is ours, importing it and reading the order, is not clocked
        kind, body = b"=", packed(work(*taken))
    except MemoryError:
        kind, body = b"!", packed("it needed more memory than there is for it")
    except Exception as problem:
        kind, body = b"!", packed(f"{type(problem).__name__}: {str(problem)[:200]}")
    _limit(0.0)
    _send(_answers, kind, body)


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
    signal.setitimer(signal.ITIMER_REAL, seconds * _PATIENCE + 5 if seconds else 0)
