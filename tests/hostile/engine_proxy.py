"""A relay in front of the Docker engine's socket, to cut: the engine itself is shared and stays up."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

CHUNK = 1 << 16


class EngineProxy:
    """Listens at `path`. After the request number `cut_at` whose first line holds `cut_on`, it waits a moment and drops
    all connections, once; when it is to be gone for good, it takes no new ones either.

    Make it before DOCKER_HOST is set to its address."""

    def __init__(self, path: Path, *, cut_on: bytes, cut_at: int, after: float, for_good: bool) -> None:
        self.path, self.cut_on, self.cut_at, self.after, self.for_good = path, cut_on, cut_at, after, for_good
        self.engine = engine_socket()
        self.seen, self.cuts = 0, 0
        self.open: list[socket.socket] = []
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self._in_background(self._accept)

    @property
    def address(self) -> str:
        return f"unix://{self.path}"

    def close(self) -> None:
        for each in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(self.engine)
            with self.lock:
                self.open += [client, upstream]
            self._in_background(partial(self._relay, client, upstream, self._count))
            self._in_background(partial(self._relay, upstream, client, lambda _data: None))

    def _relay(self, source: socket.socket, target: socket.socket, look: Callable[[bytes], None]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                target.sendall(data)
                look(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _count(self, data: bytes) -> None:
        with self.lock:
            self.seen += self.cut_on in data.partition(b"\r\n")[0]
            due = self.seen == self.cut_at and not self.cuts
            self.cuts += due
        if due:
            self._in_background(self._cut)

    def _cut(self) -> None:
        time.sleep(self.after)
        if self.for_good:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.path.unlink()
        with self.lock:
            for each in self.open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _in_background(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()


def engine_socket() -> str:
    host = os.environ.get("DOCKER_HOST", "")
    return host.removeprefix("unix://") if host.startswith("unix://") else "/var/run/docker.sock"
