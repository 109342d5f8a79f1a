"""Sockets of the hidden tests, made in the candidate's network.

The candidate's container has a network of its own: a loopback and nothing else. Hidden tests meet the submission there
all the same: the bridge makes each socket and hands it over, and a socket stays in the network in which it was made. So
`http://127.0.0.1:8000` means the same on both sides, for whatever library asks for it in this process.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

INTERNET = (-1, socket.AF_INET, socket.AF_INET6)
LOCAL = ("localhost", b"localhost")
Make = Callable[[int, int, int], "int | None"]


def install(make: Make) -> None:
    """From here on, `make(family, type, protocol)` makes the sockets of this process. It returns a descriptor, or None
    while there is no candidate's container yet; then the socket is one of this container's."""
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

    socket.socket.__init__ = init
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str | bytes | None, *more: object, **options: object) -> list:
        """As ever. No other name is known here or there."""
        return lookup("127.0.0.1" if host in LOCAL else host, *more, **options)

    socket.getaddrinfo = getaddrinfo
