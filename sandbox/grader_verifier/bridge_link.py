"""The verifier's end of the bridge: asks pid 1 of the candidate's container for processes, and watches them.

Every wait here has a deadline, and every byte that candidate code wrote is counted before it is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from grader_protocol import ANSWER_SECONDS, MEETING, REPLY
from grader_verifier.gauges import Gauges, Memory

DRAIN_SECONDS = 0.2
CHUNK = 1 << 16
STARTS = ("worker", "command", "socket")
MOST_ENDS = 16
ENDS = {"setup": range(MOST_ENDS), "worker": (4, 6), "command": (4, 6), "socket": (0, 1)}
"""How many descriptors come with the answer to each request; with the others, none."""


class BridgeLostError(RuntimeError):
    """The candidate's container has gone or does not answer. The host finds out why."""


class SlowResetError(RuntimeError):
    """What a test left behind took too long to clear away; the container is of no more use. The verdict on the test
    stands. `reply` holds the counts."""

    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(f"what the test left behind was not {reply['slow']} in time")
        self.reply = reply


class NoProcessError(RuntimeError):
    """The candidate's container lives and has no process left to give: what runs in it has used them up."""


class Listener:
    """Waits for one bridge. Listening ends with the first connection, made before any candidate code runs, so nothing
    that the candidate starts can ever take the bridge's place."""

    def __init__(self, token: str) -> None:
        self.path = f"{MEETING}/{token}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o666)  # noqa: S103 - the bridge is another user
        self.socket.listen(1)

    def accept(self, seconds: float) -> Link:
        self.socket.settimeout(seconds)
        try:
            bridge, _ = self.socket.accept()
        except TimeoutError:
            raise BridgeLostError(f"the candidate's container did not connect within {seconds:.0f} s") from None
        finally:
            os.unlink(self.path)
            self.socket.close()
        return Link(bridge)


class Capture:
    """The first `cap` bytes of a stream, and how many more there were."""

    def __init__(self, cap: int) -> None:
        self.cap, self.kept, self.dropped = cap, bytearray(), 0

    def add(self, data: bytes) -> None:
        room = max(0, self.cap - len(self.kept))
        self.kept += data[:room]
        self.dropped += len(data) - len(data[:room])

    def append(self, other: Capture) -> None:
        """What `other` kept, as far as there is room, and all that it dropped."""
        self.add(bytes(other.kept))
        self.dropped += other.dropped

    @property
    def text(self) -> str:
        return self.kept.decode("utf-8", "replace")


class Process:
    """One candidate process: its pid in the other container, the ends that we read, and what came out of them."""

    def __init__(self, pid: int, ends: list[int], cap: int) -> None:
        self.pid = pid
        self.input, self.out, self.err, self.status = ends[:4]
        self.times, self.stat = (*ends[4:], None, None)[:2]
        """Descriptors of how long it has run and waited to run, and of what it has asked of the scheduler."""
        self.stdout, self.stderr = Capture(cap), Capture(cap)
        self.outgoing = bytearray()
        self.incoming = bytearray()
        self.ended: dict[str, Any] | None = None
        self.open = set(ends)
        for end in ends:
            os.set_blocking(end, False)

    def close(self, end: int) -> None:
        if end in self.open:
            self.open.discard(end)
            os.close(end)

    def close_all(self) -> None:
        for end in list(self.open):
            self.close(end)


class Link:
    """Requests to the bridge, and the loop that moves bytes for all processes that it has started."""

    def __init__(self, bridge: socket.socket) -> None:
        self.bridge = bridge
        self.bridge.settimeout(ANSWER_SECONDS)
        self.asking = threading.Lock()
        """Sockets may be asked for from any thread of the hidden tests."""
        self.processes: list[Process] = []
        self.lost = ""
        """Why this bridge is of no use any more; a late answer must not pass for the answer to something else."""
        self.memory_kills = self.socket_kills = 0
        """Kills for memory in this container up to the last reset."""
        self.gauges = Gauges({})
        self.memory = Memory(self.gauges)

    def setup(self, **fields: object) -> dict[str, Any]:
        """Has the bridge get ready for candidate code, and takes its counters over."""
        reply, ends = self.ask(op="setup", **fields)
        self.gauges = Gauges(dict(zip(reply["counters"], ends, strict=True)))
        self.memory = Memory(self.gauges)
        return reply

    def ask(self, **request: object) -> tuple[dict[str, Any], list[int]]:
        """One request; the reply and the descriptors that came with it. Raises BridgeLostError, NoProcessError."""
        with self.asking:
            if self.lost:
                raise BridgeLostError(self.lost)
            try:
                self.bridge.send(json.dumps(request).encode())
                packet, ends, _, _ = socket.recv_fds(self.bridge, REPLY, MOST_ENDS)
            except OSError as problem:
                raise self._lose(f"the candidate's container does not answer: {problem}") from problem
        if not packet:
            raise self._lose("the candidate's container has ended")
        reply = _answer(packet)
        if reply is None or ("error" not in reply and len(ends) not in ENDS.get(str(request["op"]), (0,))):
            for end in ends:
                os.close(end)
            raise self._lose("the candidate's container gave an answer that the bridge does not give")
        if "error" not in reply:
            return reply, ends
        if request["op"] in STARTS and self.processes:
            raise NoProcessError(reply["error"])
        raise self._lose(f"the candidate's container could not do what it was asked for: {reply['error']}")

    def _lose(self, why: str) -> BridgeLostError:
        self.lost = why
        return BridgeLostError(why)

    def start(self, cap: int, **request: object) -> Process:
        reply, ends = self.ask(**request)
        process = Process(reply["pid"], ends, cap)
        self.processes.append(process)
        return process

    def reset(self, burn: int = 0) -> dict[str, Any]:
        """Ends all processes of the test, empties what they could write to, lets `burn` process numbers go by, and
        returns the bridge's counts. Raises SlowResetError."""
        reply, _ = self.ask(op="reset", burn=burn)
        deadline = time.monotonic() + DRAIN_SECONDS
        while any({p.out, p.err, p.status} & p.open for p in self.processes) and time.monotonic() < deadline:
            self.move(deadline - time.monotonic())
        for process in self.processes:
            process.close_all()
        self.processes.clear()
        self.memory_kills, self.socket_kills = kills(reply), reply.get("socket_kills", 0)
        if reply.get("slow"):
            raise SlowResetError(reply)
        self.memory.begin()
        return reply

    def close(self) -> None:
        """Lets go of everything, so that nothing that the candidate put on its way to us stays alive."""
        for process in self.processes:
            process.close_all()
        self.gauges.close()
        self.bridge.close()

    def wait(self, done: Callable[[], bool], deadline: float, talking: Process | None = None) -> bool:
        """Moves bytes until `done()`; False when `deadline` (monotonic) has passed first. `talking` is the process
        whose `input` is a socket or pipe in use: its `outgoing` is written, and a socket's `incoming` is read."""
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.move(left, talking)
        return True

    def move(self, seconds: float, talking: Process | None = None) -> None:
        """Waits at most `seconds` for something to read or write, and reads or writes it once."""
        waiting, owners = select.poll(), {}
        for process in self.processes:
            for end in process.open & {process.out, process.err, process.status}:
                waiting.register(end, select.POLLIN)
                owners[end] = process
        if talking and talking.input in talking.open:
            waiting.register(talking.input, select.POLLIN | (select.POLLOUT if talking.outgoing else 0))
            owners[talking.input] = talking
        if not owners:
            time.sleep(min(seconds, 0.005))
            return
        for end, events in waiting.poll(1000 * seconds):
            _move_one(owners[end], end, events)


def kills(reply: dict[str, Any]) -> int:
    """How often something was ended for memory: by the kernel, or by the bridge for what waited in sockets."""
    return int(reply.get("memory_kills", 0)) + int(reply.get("socket_kills", 0))


def _answer(packet: bytes) -> dict[str, Any] | None:
    """An answer of the bridge; None where it is none."""
    try:
        reply = json.loads(packet)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) else None


def _move_one(process: Process, end: int, events: int) -> None:
    if end == process.input and events & select.POLLOUT:
        try:
            sent = os.write(end, process.outgoing[:CHUNK])
            del process.outgoing[:sent]
        except BlockingIOError:
            pass
        except OSError:
            process.close(end)
            return
    if events & ~select.POLLOUT:
        _read_one(process, end)


def _read_one(process: Process, end: int) -> None:
    try:
        data = os.read(end, CHUNK)
    except BlockingIOError:
        return
    except OSError:
        data = b""
    if not data:
        process.close(end)
    elif end == process.input:
        process.incoming += data
    elif end == process.status:
        with contextlib.suppress(ValueError):
            process.ended = json.loads(data)
    else:
        (process.stdout if end == process.out else process.stderr).add(data)
