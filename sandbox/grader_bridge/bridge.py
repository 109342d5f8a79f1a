"""Pid 1 of the candidate's container: starts candidate processes for the verifier, and ends them all.

It never imports candidate code and never reads a byte that candidate code wrote: each process gets pipes and a socket
of its own, whose other ends are handed straight to the verifier over a unix socket (SCM_RIGHTS). That one lies in a
folder that both containers see, until this process has found it. The kernel shields pid 1 from signals of its own
namespace, and `prctl(PR_SET_DUMPABLE, 0)` shields its memory and its descriptors.

The verifier sends one JSON object a packet and gets one back, with descriptors where a process was started:

    {"op": "setup", "packages": [...], "trusted": [...], "preload": [...], "env": {...}}   trusted: the pack's packages
                                                           → python, counters, [a descriptor of each counter]
    {"op": "worker"}                                       → pid, [socket, stdout, stderr, status, times, stat]
    {"op": "command", "argv": [...], "env": {...}}         → pid, [stdin, stdout, stderr, status, times, stat]
    {"op": "socket", "family": 2, …}                       → [a socket in this container's network] or errno
    {"op": "usage"}                                        → running, memory_kills, …
    {"op": "end"}                                          → nothing is left of the candidate's processes
    {"op": "reset", "burn": 5}                             → slow, disk_full, cpu_seconds, memory_kills, …

`status` is a pipe that this process writes one line to when the process has ended, then closes.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import importlib
import json
import math
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable

from grader_bridge import compiled, worker
from grader_bridge.clearing import empty, use_up_numbers
from grader_bridge.kernel import (
    cgroup_counts,
    counters,
    is_full,
    queued,
    running,
    socket_memory,
    socket_room,
    times_of,
)
from grader_protocol import BRIDGE_VARIABLE, EXIT_NETWORK, MEETING, REQUEST, SUBMISSION, WRITABLE

ADDRESS = f"{MEETING}/{os.environ.pop(BRIDGE_VARIABLE, '')}"
CONNECT_SECONDS = 20.0
"""How long this container outlives a verifier that died before it could be reached."""
RESET_SECONDS = 1.0
"""How long it may take to clear away what a test left. Longer, and a new container is there sooner."""
LOOK_SECONDS = 0.02
"""How often it is looked at what waits in the candidate's sockets."""
USED_UP = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)
PR_SET_DUMPABLE = 4


class Bridge:
    """Serves one verifier until it hangs up. State: the processes started and the pipe that tells of their end."""

    def __init__(self, verifier: socket.socket, startup: frozenset[str] = frozenset()) -> None:
        """`startup`: names of the modules that every Python process has from its start."""
        self.verifier, self.startup = verifier, startup
        self.status: dict[int, int] = {}
        self.busy = False
        """Whether candidate code may have run since the last reset."""
        self.room, self.socket_kills = socket_room(), 0
        self.packages: list[str] = []
        self.compiled: int | None = None
        """The sealed file that holds the submission compiled."""
        self.selector = selectors.DefaultSelector()
        self.wake, wake_writer = socket.socketpair()
        for end in (self.wake, wake_writer):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_writer.fileno(), warn_on_full_buffer=False)
        self.wake_writer = wake_writer
        self.selector.register(verifier, selectors.EVENT_READ)
        self.selector.register(self.wake, selectors.EVENT_READ)

    def serve(self) -> None:
        while True:
            ready = {key.fileobj for key, _ in self.selector.select(LOOK_SECONDS if self.busy else None)}
            if self.busy and socket_memory() > self.room / 2 and queued() > self.room:
                self.socket_kills += 1
                self.end_all()
            if self.wake in ready:
                with contextlib.suppress(BlockingIOError):
                    self.wake.recv(4096)
                self.reap()
            if self.verifier in ready and not self.answer():
                return

    def answer(self) -> bool:
        """One request; False when the verifier has hung up."""
        packet = self.verifier.recv(REQUEST)
        if not packet:
            return False
        request = json.loads(packet)
        ends: list[int] = []
        try:
            reply, ends = getattr(self, "op_" + request.pop("op"))(**request)
        except (OSError, ValueError) as problem:
            reply = {"error": f"{type(problem).__name__}: {problem}"}
        try:
            socket.send_fds(self.verifier, [json.dumps(reply).encode()], ends)
        except OSError as problem:  # this user's candidate code has too many descriptors on their way already
            self.verifier.send(json.dumps({"error": f"{type(problem).__name__}: {problem}"}).encode())
        for end in ends:
            os.close(end)
        return True

    # ------------------------------------------------------------------------------------------------ requests

    def op_setup(
        self, packages: list[str], trusted: list[str], preload: list[str], env: dict[str, str]
    ) -> tuple[dict[str, object], list[int]]:
        """Makes packages importable for candidate processes, and imports some once, so that no test pays for it: only
        from `trusted`, for what the candidate chose to be installed must never run in this process. `env` is what
        candidate processes find in their environment beside this one's."""
        self.packages = packages
        os.environ.update(env)
        sys.path.extend(trusted)
        for name in preload:
            with contextlib.suppress(BaseException):  # the worker reports it, where it is needed
                importlib.import_module(name)
        sys.path[:] = [path for path in sys.path if path not in trusted]
        importlib.invalidate_caches()
        gc.collect()
        gc.freeze()
        with contextlib.suppress(OSError):  # then each process compiles for itself
            self.compile()
        names, ends = counters()
        return {"python": sys.version.split()[0], "counters": names}, ends

    def compile(self) -> None:
        """Has the submission compiled by a process of the candidate's, of which nothing is left afterwards."""
        paths = compiled.sources(SUBMISSION)
        if not paths:
            return
        nothing, made = os.open(os.devnull, os.O_RDONLY), compiled.file()
        pid, ends = self.start(lambda: worker.compile_all(made, paths), nothing)
        until = time.monotonic() + compiled.WAIT_SECONDS
        while pid in self.status and time.monotonic() < until:
            time.sleep(0.001)
            self.reap()
        for end in ends:
            os.close(end)
        self.op_reset()
        if compiled.sealed(made):
            self.compiled = made
        else:
            os.close(made)

    def op_worker(self) -> tuple[dict[str, object], list[int]]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                nothing = os.open(os.devnull, os.O_RDONLY)
                pid, ends = self.start(
                    lambda: worker.main(theirs, SUBMISSION, self.packages, self.startup, self.compiled), nothing
                )
            except OSError:
                ours.close()
                raise
        return {"pid": pid}, [ours.detach(), *ends]

    def op_command(self, argv: list[str], env: dict[str, str]) -> tuple[dict[str, object], list[int]]:
        reader, writer = os.pipe()
        try:
            pid, ends = self.start(lambda: worker.execute(argv, env, SUBMISSION, self.packages), reader)
        except OSError:
            os.close(writer)
            raise
        return {"pid": pid}, [writer, *ends]

    def op_socket(self, family: int, type: int, proto: int) -> tuple[dict[str, object], list[int]]:  # noqa: A002 - the kernel's word
        """A socket for the hidden tests, which meet candidate code in this network. One that the kernel does not know
        is told by its number; what is used up is an error."""
        try:
            return {}, [socket.socket(family, type, proto).detach()]
        except OSError as problem:
            if problem.errno in USED_UP:
                raise
            return {"errno": problem.errno}, []

    def op_usage(self) -> tuple[dict[str, object], list[int]]:
        return {"running": running(), **self.counts()}, []

    def op_end(self) -> tuple[dict[str, object], list[int]]:
        self.end_all(time.monotonic() + RESET_SECONDS)
        return {}, []

    def op_reset(self, burn: int = 0) -> tuple[dict[str, object], list[int]]:
        """Ends every process but this one, empties what candidate code can write to, and lets `burn` process numbers go
        by, so that the number of a process does not count the tests. What takes too long is left as it is, and the
        container is of no more use: the verifier gets another."""
        until = time.monotonic() + RESET_SECONDS
        full, slow = False, "killed"
        try:
            self.end_all(until)
            full, slow = any(is_full(folder) for folder in WRITABLE), "emptied"
            for folder in WRITABLE:
                empty(folder, until)
            slow = ""
        except TimeoutError:
            pass
        else:
            use_up_numbers(burn)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = usage.ru_utime + usage.ru_stime
        self.busy = False
        return {"slow": slow, "disk_full": full, "cpu_seconds": cpu, **self.counts()}, []

    def counts(self) -> dict[str, int]:
        return {"socket_kills": self.socket_kills, **cgroup_counts()}

    # ------------------------------------------------------------------------------------------------ processes

    def start(self, run: Callable[[], None], stdin: int) -> tuple[int, list[int]]:
        """Forks a candidate process that reads `stdin` and calls `run`. Returns its pid and what is read from it."""
        ends = [stdin]
        try:
            for _ in range(3):
                ends += os.pipe()
            pid = os.fork()
        except OSError:  # the candidate has used up processes or memory: that costs us no descriptor
            for end in ends:
                os.close(end)
            raise
        _, out_reader, out_writer, err_reader, err_writer, status_reader, status_writer = ends
        if pid == 0:
            try:
                become_candidate(stdin, out_writer, err_writer)
                run()
            finally:
                os._exit(70)  # whatever happened in there, a second bridge must never come out
        for end in (stdin, out_writer, err_writer):
            os.close(end)
        self.status[pid], self.busy = status_writer, True
        return pid, [out_reader, err_reader, status_reader, *times_of(pid)]

    def reap(self) -> None:
        """Collects every process that has ended, and says so on its status pipe."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            writer = self.status.pop(pid, None)
            if writer is not None:
                ended = {
                    "exit": os.waitstatus_to_exitcode(status),
                    "cpu_seconds": usage.ru_utime + usage.ru_stime,
                    "peak_memory": usage.ru_maxrss * 1024,
                }
                with contextlib.suppress(OSError):
                    os.write(writer, json.dumps(ended).encode() + b"\n")
                os.close(writer)

    def end_all(self, until: float = math.inf) -> None:
        """SIGKILL to everything in this pid namespace except pid 1, until nothing is left. Raises TimeoutError where
        something is, at `until` (monotonic).

        The kernel holds the task list while it signals, and a fork in flight fails with a signal pending, so a fork
        bomb cannot outrun it; the loop waits for the dead to be reaped.
        """
        while True:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                break
            self.reap()
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.0005)
        self.reap()


def become_candidate(stdin: int, out: int, err: int) -> None:
    """In a new process: nothing of pid 1 stays but its read-only memory. All its descriptors are closed later, by
    `worker`, which knows the one to keep."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    for source, target in ((stdin, 0), (out, 1), (err, 2)):
        os.dup2(source, target)


# ------------------------------------------------------------------------------------------------ start


def connect() -> socket.socket:
    """The verifier's socket. It listens before this container is made, and stops listening once we are there."""
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        verifier = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            verifier.connect(ADDRESS)
        except OSError:
            verifier.close()
            if time.monotonic() > deadline:
                raise SystemExit("no verifier answered") from None
            time.sleep(0.005)
        else:
            return verifier


def check_network() -> None:
    """Ends this container unless its network is what it is meant to be: a loopback that works, and no way out."""
    with open("/proc/net/route") as routes:
        out = [line.split()[0] for line in list(routes)[1:]]
    with contextlib.suppress(FileNotFoundError), open("/proc/net/ipv6_route") as routes:
        out += [line.split()[-1] for line in routes]
    if set(out) - {"lo"}:
        raise SystemExit(EXIT_NETWORK)
    try:
        (found, *_), *_ = socket.getaddrinfo(b"localhost", 0, socket.AF_INET)
        with socket.socket(found) as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError:
        raise SystemExit(EXIT_NETWORK) from None


def main(startup: frozenset[str]) -> None:
    check_network()
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Python handles it, and what has a handler reaches pid 1
    bridge = Bridge(connect(), startup)
    bridge.serve()
    bridge.end_all()
