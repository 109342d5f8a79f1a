"""The process in which `grade serve --grade` grades, from its start to its end.

It is one of its own, so that what happens there never reaches who hands in; and it does not outlive the server. One
that is told to stop waits for it for a while and ends it then; one that is killed is missed by the process itself. What
was not graded by then is graded by the next server.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence

LET_SECONDS = 60.0
"""How long what is under way may take to end, once the server was told to stop."""
LEAVE_SECONDS = 10.0
"""How long the process may take to remove its containers once it was told to; killed, its guard removes them."""
SAY_SECONDS = 15.0
"""How often it is said that the server still waits."""
LOOK_SECONDS = 0.5
ABANDON_SECONDS = 3.0
"""Without its server, what is under way is abandoned after this time."""

Say = Callable[[str], None]


class Grading:
    """One process after the other, in one thread; `stop` is called in another."""

    def __init__(self, words: Sequence[str]) -> None:
        """`words`: of the command, which takes `--of` with the number of this process."""
        self._words = [*words, "--of", str(os.getpid())]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> int:
        """The exit code of the process, once it is over; 0 after `stop`."""
        with self._lock:
            if self._stopped:
                return 0
            # In a session of its own: Ctrl-C is for the server, which says here what is to end, and when.
            self._process = subprocess.Popen(self._words, stdin=subprocess.DEVNULL, start_new_session=True)
        return self._process.wait()

    def stop(self, say: Say, let: float = LET_SECONDS, leave: float = LEAVE_SECONDS) -> None:
        """Begins nothing more; what is under way has `let` seconds to end, and is ended then, or by a signal before.
        Returns when the process is gone. To be called in the main thread."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is None or process.poll() is not None:
            return
        with _again() as at_once:
            say(f"What is being graded has up to {let:.0f} s to end. Ctrl-C, or another SIGTERM, ends it now.")
            process.send_signal(signal.SIGTERM)  # once: it begins nothing more
            if _waited(process, let, at_once, say):
                return
            say("Ending what is being graded; the next server grades it.")
            process.send_signal(signal.SIGTERM)  # twice: it abandons what it does
        if not _waited(process, leave, threading.Event(), say):
            process.kill()
            process.wait()


def _waited(process: subprocess.Popen[bytes], seconds: float, at_once: threading.Event, say: Say) -> bool:
    """Whether it ended within `seconds`, before it was to be ended at once."""
    until = time.monotonic() + seconds
    tell = time.monotonic() + SAY_SECONDS
    while (now := time.monotonic()) < until and not at_once.is_set():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(LOOK_SECONDS, until - now))
            return True
        if now > tell:
            say(f"Still waiting for what is being graded: {until - now:.0f} s more.")
            tell = now + SAY_SECONDS
    return process.poll() is not None


@contextlib.contextmanager
def _again() -> Iterator[threading.Event]:
    """Set by the next SIGTERM, Ctrl-C or hang-up."""
    told = threading.Event()
    numbers = [
        number
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # ignored on purpose, as `nohup` does
    ]
    before = {number: signal.signal(number, lambda *_: told.set()) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with(server: int) -> None:
    """From now on this process ends, with its containers, soon after the process `server` that has started it is gone,
    however it went."""
    threading.Thread(target=_miss, args=(server,), name="server", daemon=True).start()


def _miss(server: int) -> None:
    while os.getppid() == server:
        time.sleep(LOOK_SECONDS)
    main = threading.main_thread().ident
    for seconds in (ABANDON_SECONDS, LEAVE_SECONDS):
        if main is not None:
            signal.pthread_kill(main, signal.SIGTERM)
        time.sleep(seconds)
    os._exit(130)  # its guard removes the containers
