"""A client of the engine at a local socket, for the few things that every grading asks of it.

The SDK takes longer to import than the engine takes to make a container, and each of its calls as long as eight of
these. What is seldom asked, and an engine that is reached in any other way, are the SDK's as ever.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from docker import APIClient

USUAL = "/var/run/docker.sock"
ERRORS = 400
UPGRADED = 101
HUNG_UP = "the engine hung up"


def path(environment: Mapping[str, str] = os.environ) -> str:
    """Where the local engine's socket is; empty where the environment says that the engine is reached otherwise."""
    host = environment.get("DOCKER_HOST", "")
    if environment.get("DOCKER_TLS_VERIFY") or (host and not host.startswith("unix:///")):
        return ""
    return host.removeprefix("unix://") or USUAL


class RefusedByEngineError(Exception):
    """The engine's answer is an error."""

    def __init__(self, status_code: int, explanation: str) -> None:
        super().__init__(f"{status_code}: {explanation}")
        self.status_code, self.explanation = status_code, explanation


class Local:
    """Answers as the SDK's APIClient does. May be called from several threads at once: each call has a connection of
    its own. Raises OSError where no engine is there or does not answer in `seconds`, and RefusedByEngineError."""

    def __init__(self, place: str, seconds: float, sdk: Callable[[], APIClient]) -> None:
        self._place, self._seconds, self._make = place, seconds, sdk
        self._sdk: APIClient | None = None
        self._prefix = ""
        headers, _ = self._ask("GET", "/_ping")
        version = headers.get("api-version", "")
        if not version.replace(".", "").isdigit():
            raise ValueError("what answers does not say which engine it is")
        self._prefix = f"/v{version}"

    def __getattr__(self, name: str) -> Any:
        """What is not here."""
        if self._sdk is None:
            self._sdk = self._make()
        return getattr(self._sdk, name)

    def close(self) -> None:
        if self._sdk is not None:
            self._sdk.close()

    # ------------------------------------------------------------------------------------------------ what is asked

    def inspect_image(self, image: str) -> Any:
        return self._json("GET", f"/images/{quote(image, safe='/:@')}/json")

    def inspect_container(self, container: str) -> Any:
        return self._json("GET", f"/containers/{container}/json")

    def create_container_from_config(self, config: Mapping[str, Any], name: str) -> Any:
        return self._json("POST", "/containers/create", {"name": name}, config)

    def start(self, container: str) -> None:
        self._json("POST", f"/containers/{container}/start")

    def remove_container(self, container: str, *, v: bool, force: bool) -> None:
        self._json("DELETE", f"/containers/{container}", {"v": int(v), "force": int(force)})

    def containers(self, *, all: bool, filters: Mapping[str, Sequence[str]]) -> Any:  # noqa: A002 - the SDK's word
        return self._json("GET", "/containers/json", {"all": int(all), "filters": json.dumps(filters)})

    def wait(self, container: str, *, condition: str, timeout: float) -> Any:
        return self._json("POST", f"/containers/{container}/wait", {"condition": condition}, seconds=timeout)

    def info(self) -> Any:
        return self._json("GET", "/info")

    def attach_socket(self, container: str, params: Mapping[str, int]) -> socket.socket:
        """The container's standard streams, as long as the connection is open."""
        link = self._send("POST", f"/containers/{container}/attach", params, None, {"Upgrade": "tcp"})
        try:
            status, reason, headers = _head(_up_to_its_end(link))
            if status == UPGRADED:
                return link
            problem = _refused(status, reason, _body(headers, _rest(link)))
        except BaseException:
            link.close()
            raise
        link.close()
        raise problem

    # ------------------------------------------------------------------------------------------------ how

    def _json(
        self,
        method: str,
        place: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float = 0.0,
    ) -> Any:
        headers, content = self._ask(method, place, query, body, seconds)
        return json.loads(content) if headers.get("content-type", "").startswith("application/json") else None

    def _ask(
        self,
        method: str,
        place: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float = 0.0,
    ) -> tuple[dict[str, str], bytes]:
        with self._send(method, place, query, body, {}, seconds) as link:
            head, gap, rest = _rest(link).partition(b"\r\n\r\n")
        if not gap:
            raise ConnectionResetError(HUNG_UP)
        status, reason, headers = _head(head)
        content = _body(headers, rest)
        if status >= ERRORS:
            raise _refused(status, reason, content)
        return headers, content

    def _send(
        self,
        method: str,
        place: str,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
        more: Mapping[str, str],
        seconds: float = 0.0,
    ) -> socket.socket:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {
            "Host": "localhost",
            "Connection": "Upgrade" if more else "close",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **more,
        }
        where = self._prefix + place + (f"?{urlencode(query)}" if query else "")
        lines = [f"{method} {where} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.settimeout(seconds or self._seconds)
            link.connect(self._place)
            link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        except BaseException:
            link.close()
            raise
        return link


def _up_to_its_end(link: socket.socket) -> bytes:
    """The head of an answer, byte by byte: what follows is the container's."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = link.recv(1)
        if not byte:
            raise ConnectionResetError(HUNG_UP)
        head += byte
    return bytes(head[:-4])


def _refused(status: int, reason: str, content: bytes) -> RefusedByEngineError:
    try:
        said = str(json.loads(content)["message"])
    except (ValueError, LookupError, TypeError):
        said = content.decode("utf-8", "replace").strip() or reason
    return RefusedByEngineError(status, said)


def _rest(link: socket.socket) -> bytes:
    parts = []
    while part := link.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def _head(head: bytes) -> tuple[int, str, dict[str, str]]:
    """Status, its words, and headers by their names in small letters. Raises ValueError where that is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    _, status, *reason = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return int(status), "".join(reason), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _body(headers: Mapping[str, str], rest: bytes) -> bytes:
    """What was said after the head. Raises ConnectionResetError where the end of it is missing."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts: list[bytes] = []
        while True:
            size, gap, rest = rest.partition(b"\r\n")
            length = int(size.split(b";")[0], 16) if gap else 0
            if not gap or len(rest) < length:
                raise ConnectionResetError(HUNG_UP)
            if not length:
                return b"".join(parts)
            parts.append(rest[:length])
            rest = rest[length + 2 :]
    if len(rest) < int(headers.get("content-length", 0)):
        raise ConnectionResetError(HUNG_UP)
    return rest
