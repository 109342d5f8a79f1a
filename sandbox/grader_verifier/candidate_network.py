"""Sockets of the hidden tests, made in the candidate's network, and what they take in is counted.

The candidate's container has a network of its own: a loopback and nothing else. Hidden tests meet the submission there
all the same: the bridge makes each socket and hands it over, and a socket stays in the network in which it was made. So
`http://127.0.0.1:8000` means the same on both sides, for whatever library asks for it in this process.

Whoever is at the other end is the candidate: it may send without end, or a byte a second, and neither may cost more
than the test.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

INTERNET = (-1, socket.AF_INET, socket.AF_INET6)
LOCAL = ("localhost", b"localhost")
Make = Callable[[int, int, int], "int | None"]
READS: dict[str, Callable[[Any], int]] = {
    "recv": len,
    "recv_into": int,
    "recvfrom": lambda result: len(result[0]),
    "recvfrom_into": lambda result: result[0],
    "recvmsg": lambda result: len(result[0]),
    "recvmsg_into": lambda result: result[0],
}
"""Ways to read from a socket → bytes that were taken in."""
WRITES = ("connect", "send", "sendall", "sendto", "sendmsg")
"""Each begins a new exchange: what comes after it has the time of a call to itself."""
WAITS = ("accept",)
LOOK_MILLISECONDS = 10
"""How often it is looked whether one that is waited for has used up its time."""


class Watch(Protocol):
    """Who pays for what comes through sockets: `candidate.Candidate`. Each method raises CandidateError at the end."""

    def socket_seconds(self, waited: float) -> float:
        """How long a test may go on waiting that has waited so long since it last sent something."""

    def socket_begins(self) -> None:
        """It begins to wait."""

    def socket_goes_on(self, seconds: float) -> bool:
        """Whether it has waited less than `seconds` since then, without what the machine kept from the candidate."""

    def socket_ends(self) -> float:
        """Seconds that it has waited, without those."""

    def socket_took(self, size: int) -> None:
        """It took in so many bytes."""


def install(make: Make, watch: Callable[[], Watch | None] = lambda: None) -> None:
    """From here on, `make(family, type, protocol)` makes the sockets of this process. It returns a descriptor, or None
    while there is no candidate's container yet; then the socket is one of this container's. `watch()` is told of what
    goes through them; None for nobody."""
    first = socket.socket.__init__

    def init(self: socket.socket, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:  # noqa: A002 - as there
        made = None
        if fileno is None and family in INTERNET:
            family = socket.AF_INET if family == -1 else family
            type = socket.SOCK_STREAM if type == -1 else type  # noqa: A001 - as there
            proto = max(proto, 0)
            made = make(family, type, proto)
        try:
            first(self, family, type, proto, fileno if made is None else made)
        except BaseException:
            if made is not None:
                os.close(made)
            raise

    socket.socket.__init__ = init  # type: ignore[method-assign] # what this module is for
    exchanges = Exchanges(watch)
    for name in (*READS, *WRITES, *WAITS):
        setattr(socket.socket, name, exchanges.watched(name))
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str | bytes | None, *more: Any, **options: Any) -> list[Any]:
        """As ever. No other name is known here or there."""
        return lookup("127.0.0.1" if host in LOCAL else host, *more, **options)

    socket.getaddrinfo = getaddrinfo


class Exchanges:
    """Puts bounds to what sockets of the internet take in, and to how long the hidden tests wait in them."""

    def __init__(self, watch: Callable[[], Watch | None]) -> None:
        self._watch = watch
        self._waited: weakref.WeakKeyDictionary[socket.socket, float] = weakref.WeakKeyDictionary()
        """Seconds since something was last sent."""

    def watched(self, name: str) -> Callable[..., Any]:
        """`socket.socket.<name>`, bounded and counted."""
        real, size = getattr(socket.socket, name), READS.get(name)

        @wraps(real)
        def operation(self: socket.socket, *arguments: Any) -> Any:
            watch = self_._watch() if self.family in INTERNET else None
            if watch is None:
                return real(self, *arguments)
            if name in WRITES:
                self_._waited.pop(self, None)
            result = self_._bounded(self, watch, real, arguments, name not in WRITES)
            if size is not None:
                watch.socket_took(size(result))
            return result

        self_ = self
        return operation

    def _bounded(
        self, line: socket.socket, watch: Watch, real: Callable[..., Any], arguments: tuple[Any, ...], takes: bool
    ) -> Any:
        """A thread of the tests that waits keeps nobody waiting, and neither does a socket that does not block. What
        is taken in is waited for on the candidate's clock; what is sent, and whatever has a timeout of the test's own,
        on this machine's."""
        before = line.gettimeout()
        if before == 0 or threading.current_thread() is not threading.main_thread():
            return real(line, *arguments)
        waited, took = self._waited.get(line, 0.0), 0.0
        seconds = watch.socket_seconds(waited)
        ours = before is None or before > seconds
        watch.socket_begins()
        try:
            if ours and takes:
                _await(line, watch, seconds)
            if ours:
                line.settimeout(seconds)
            return real(line, *arguments)
        except TimeoutError:
            if not ours:
                raise
        finally:
            took = watch.socket_ends()
            self._waited[line] = waited + took
            if ours:
                with contextlib.suppress(OSError):  # it was closed meanwhile
                    line.settimeout(before)
        watch.socket_seconds(max(seconds, took) + waited)
        raise TimeoutError("timed out")


def _await(line: socket.socket, watch: Watch, seconds: float) -> None:
    """Waits until there is something to take in. Raises TimeoutError when that took the candidate `seconds`."""
    coming = select.poll()
    coming.register(line, select.POLLIN)
    while not coming.poll(LOOK_MILLISECONDS):
        if not watch.socket_goes_on(seconds):
            raise TimeoutError
