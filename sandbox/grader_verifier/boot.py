"""Pid 1 of the verifier's container: imports once what hidden tests need, and serves one submission after another, each
in a process of its own that is forked from this one.

This process never reads a byte of a job: it knows nothing that could pass from one submission to the next. After each
it ends whatever the tests left running and empties what they could write to. A process that did not end well ends the
container, and the host makes another.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import shutil
import signal
import time
import traceback

from _pytest.config import default_plugins

from grader_protocol import EXIT_DONE, MEETING, SUBMISSION, WRITABLE
from grader_verifier import serving

for plugin in (*default_plugins, "_argcomplete"):
    if plugin not in serving.WITHOUT:
        importlib.import_module(f"_pytest.{plugin}")
for module in ("importlib.metadata", "pdb"):  # pytest asks for them in each process of tests
    importlib.import_module(module)

READY = b'{"event": "ready"}\n'
"""The next submission may be sent: whoever read the one before it has ended."""
OFTEN = (
    "grader_verifier.gateway.process",
    "grader_verifier.gateway.serving",
    "csv",
    "http.client",
    "http.server",
    "random",
    "statistics",
    "urllib.request",
    "yaml",
)
"""What hidden tests often import. Before the first submission it would be waited for; the second finds it there, and
where no second comes, nothing is imported while all that ran is removed."""
PR_SET_DUMPABLE = 4


def main() -> int:
    """Exit code of the first process that did not end well."""
    dumpable = ctypes.CDLL(None).prctl
    while True:
        dumpable(PR_SET_DUMPABLE, 0, 0, 0, 0)  # what serves a submission cannot look into what serves the next
        gc.collect()
        gc.freeze()  # a collection in the new process leaves alone what it shares with this one
        os.write(1, READY)
        child = os.fork()
        if child == 0:
            dumpable(PR_SET_DUMPABLE, 1, 0, 0, 0)
            os._exit(serve())
        code = ended(child)
        if code != EXIT_DONE:
            return code if code > 0 else 128 - code
        end_all()
        for folder in (*WRITABLE, MEETING, SUBMISSION):
            empty(folder)
        for name in OFTEN:
            if hung_up():
                break
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def hung_up(stdin: int = 0) -> bool:
    """Whether nobody is there any more to send a submission through `stdin`. No byte of it is read."""
    host = select.poll()
    host.register(stdin, 0)  # that its other end was closed is told unasked
    return bool(host.poll(0))


def serve() -> int:
    """In the new process: one submission. Returns the exit code."""
    try:
        return serving.main()
    except BaseException:
        traceback.print_exc()
        return 1


def ended(child: int) -> int:
    """Exit code of that process, negative for a signal; others that ended before it are collected."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def end_all() -> None:
    """Ends every process of this container but this one."""
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
            os.waitpid(-1, os.WNOHANG)
        except (ProcessLookupError, ChildProcessError):
            return
        time.sleep(0.0005)


def empty(folder: str) -> None:
    """Removes all that is in `folder`. Raises OSError where that cannot be done."""
    if not os.path.isdir(folder):
        return
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
