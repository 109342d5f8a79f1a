"""A small process that outlives this one by a moment: should this one be killed (-9), it removes what that left.

A container that runs ends by itself when the grader dies. One that was made and not yet started would stay; nobody but
another process can take it away then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import warnings
from collections.abc import Iterator

from grader.sandbox.janitor import owner, sweep

LINGER_SECONDS = 10.0
"""How long the engine may take to finish making a container that the killed process had asked for."""


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Within this, containers of this process are removed even when it is killed. Enter it before threads start."""
    reader, writer = os.pipe()
    mine = owner(os.getpid())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the child takes no lock unless we are dead
        guard = os.fork()
    if guard == 0:
        try:
            os.close(writer)
            _stand_by(reader, mine)
        finally:
            os._exit(0)
    os.close(reader)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.write(writer, b"done")
        os.close(writer)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(guard, 0)


def _stand_by(reader: int, mine: str) -> None:
    """Waits for the word that all is well. The pipe closing without it means that the owner was killed."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if os.read(reader, 4):
        return
    from grader.sandbox.engine import connect

    client = connect()
    deadline = time.monotonic() + LINGER_SECONDS
    while time.monotonic() < deadline:
        sweep(client, only=mine)
        time.sleep(0.5)
