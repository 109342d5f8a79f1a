"""The verifier's standard input and output, over one attached connection."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grader.errors import ChallengeError
from grader.sandbox.inside import agreed
from grader.sandbox.protocol import Event, Job

if TYPE_CHECKING:
    from docker import APIClient

ERROR_TAIL = 4000


class Stream:
    """Attached before the container starts, so nothing is missed. One thread reads; events come in order."""

    def __init__(self, client: APIClient, container: str) -> None:
        self._wrapped = client.attach_socket(container, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        self._socket: socket.socket = getattr(self._wrapped, "_sock", self._wrapped)
        self._socket.settimeout(None)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._errors = b""
        self._total = 0
        self._over = False
        threading.Thread(target=self._read, name="verifier-events", daemon=True).start()

    def send(self, job: Job, bridge: str) -> None:
        """Hands the job over, with the token of the bridge's address. A verifier that is gone shows in `events`."""
        self._total = 0
        with contextlib.suppress(OSError):
            self._socket.sendall(encode(job, bridge))

    def tell(self, message: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def events(self, deadline: float, check: Callable[[], None]) -> Iterator[Event]:
        """Events until the verifier's output ends or `deadline` (monotonic) passes; `check` may raise meanwhile."""
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.5)
            except queue.Empty:
                check()
                continue
            if line is None:
                return
            yield _event(line)

    def ended(self) -> bool:
        """Whether the verifier has hung up."""
        return self._over

    @property
    def errors(self) -> str:
        """The end of the verifier's standard error."""
        return self._errors.decode("utf-8", "replace")

    def close(self) -> None:
        """Closes the verifier's standard input, which ends it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for part in (self._wrapped, self._socket, getattr(self._wrapped, "_response", self._socket)):
            with contextlib.suppress(Exception):
                part.close()

    # ------------------------------------------------------------------------------------------------ reading

    def _read(self) -> None:
        buffer = bytearray()
        try:
            while head := self._exactly(8):
                kind, size = struct.unpack(">BxxxL", head)
                data = self._exactly(size)
                self._total += size
                if kind == 2:
                    self._errors = (self._errors + data)[-ERROR_TAIL:]
                    continue
                buffer += data
                *lines, rest = bytes(buffer).split(b"\n")
                buffer = bytearray(rest)
                for line in lines:
                    self._lines.put(line)
                if len(buffer) > agreed.LINE or self._total > agreed.TOLD:
                    break
        except OSError:
            pass
        self._over = True
        self._lines.put(None)

    def _exactly(self, size: int) -> bytes:
        parts, missing = [], size
        while missing:
            part = self._socket.recv(min(missing, 1 << 16))
            if not part:
                return b""
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


def encode(job: Job, bridge: str = "") -> bytes:
    """The job as the verifier reads it: a line of JSON, then the files it names, in its order."""
    header: agreed.Header = {
        "bridge": bridge,
        "seed": job.seed,
        "module": job.module,
        "call_seconds": job.limits.call,
        "total_seconds": job.limits.total,
        "ceiling": job.limits.ceiling or agreed.CEILING,
        "reply_bytes": job.limits.reply,
        "output_bytes": job.limits.output,
        "packages": [agreed.DEPENDENCIES, agreed.PACKAGES],
        "trusted": [agreed.PACKAGES],
        "preload": list(job.preload),
        "only": list(job.only),
        "model": job.model,
        "tests": [(name, len(content)) for name, content in job.tests.items()],
        "files": [(name, len(content)) for name, content in job.files.items()],
    }
    return b"".join([json.dumps(header).encode(), b"\n", *job.tests.values(), *job.files.values()])


def _event(line: bytes) -> Event:
    try:
        event = json.loads(line)
    except ValueError as problem:
        raise ChallengeError(f"The verifier said something that is no event: {line[:200]!r}") from problem
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise ChallengeError(f"The verifier said something that is no event: {line[:200]!r}")
    return whole(event) if b"\\ud" in line else event


def whole(value: Any) -> Any:
    """`value` without half characters, which nobody can write down: U+FFFD stands in the place of each. They come in by
    escapes that a candidate wrote into a string."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(item) for item in value]
    return {whole(key): whole(item) for key, item in value.items()} if isinstance(value, dict) else value
