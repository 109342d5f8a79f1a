"""HTTP on the candidate's loopback, for one caller that may be hostile.

One event loop reads, holds and writes, in a process of its own (process.py). A connection costs a few kilobytes, every
wait has an end, and all bytes that are held at once are counted; so whoever floods this server only slows itself down.
Requests are answered one after the other, each within an allowance of work, which keeps what a parsed body takes to one
at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

from .allowance import Allowance, OverrunError
from .records import ApiError
from .service import GatewayReply, Request, Service

MOST_CONNECTIONS = 400
BACKLOG = 128
HEAD_BYTES = 16_384
MOST_HEADERS = 100
BODY_BYTES = 1_000_000
HELD_BYTES = 64_000_000
IDLE_SECONDS, READ_SECONDS, WRITE_SECONDS = 120.0, 10.0, 10.0
LINGER_SECONDS = 1.0
_REASONS = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    411: "Length Required", 413: "Payload Too Large", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


class Server:
    """The endpoint of one run, in the event loop that runs when it is made."""

    def __init__(self, service: Service, allowance: Allowance) -> None:
        self.service, self.allowance = service, allowance
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._held = 0

    async def listen(self, door: socket.socket) -> None:
        await asyncio.start_server(self._accept, sock=door, limit=HEAD_BYTES, backlog=BACKLOG)

    async def reset(self) -> None:
        """Begins a new test. To be called when no candidate process lives: what is still on its way is dropped. The
        dead may have left connections in the queue: they are taken out of it and closed before the next test."""
        while True:
            before = len(self._open)
            await self._hang_up()
            await asyncio.sleep(0.0002)  # a millisecond, at least, for what the kernel still has in its hands
            for _ in range(10):  # an accepted connection takes a few rounds of the loop to become a task
                await asyncio.sleep(0)
            if not before and not self._open:
                break
        self.service.reset()
        self.allowance.reset()

    async def _hang_up(self) -> None:
        tasks = dict(self._open)
        for task, writer in tasks.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------------------------------------------ connections

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we are in one
        self._open[task] = writer
        writer.transport.set_write_buffer_limits(high=0)
        try:
            if len(self._open) <= MOST_CONNECTIONS:
                while await self._one(reader, writer):
                    pass
        except (OSError, TimeoutError, EOFError, asyncio.CancelledError):
            pass
        finally:
            del self._open[task]
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request on a connection; False when it was the last."""
        async with asyncio.timeout(IDLE_SECONDS):
            first = await reader.readexactly(1)
        try:
            async with asyncio.timeout(READ_SECONDS):
                method, path, headers = await _head(first, reader)
                size = _size(headers, self._held)
                if headers.get("expect", "").lower() == "100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                self._held += size
                try:
                    body = await reader.readexactly(size)
                    request = Request(method=method, path=path, headers=headers, body=body)
                    blocks = self.service.live is not None and self.service.live.blocks
                    outcome = None if blocks else self._answer(request)
                finally:
                    self._held -= size
        except ApiError as problem:
            outcome = self.service.refused(problem)
            await _write(writer, _head_lines(outcome, close=True) + outcome.parts[0])
            await _linger(reader)
            return False
        if outcome is None:  # a real model takes its time, and other requests are read meanwhile
            outcome = await asyncio.to_thread(self.service.answer, request)
        close = headers.get("connection", "").lower() == "close"
        return await self._reply(outcome, reader, writer, close=close) and not close

    def _answer(self, request: Request) -> GatewayReply:
        """The service's answer, or a refusal where it takes more than one request, or one test, is given."""
        try:
            with self.allowance.of_one_answer():
                return self.service.answer(request)
        except OverrunError:
            self.service.meter.refused += 1
            return self.service.refused(ApiError(429, "Your request takes more work than is done for one."))

    async def _reply(
        self, outcome: GatewayReply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, close: bool
    ) -> bool:
        size = sum(map(len, outcome.parts))
        if self._held + size > HELD_BYTES:
            outcome.finish()
            return False
        self._held += size
        try:
            return await (self._stream if outcome.stream else self._body)(outcome, reader, writer, close)
        finally:
            self._held -= size
            outcome.finish()

    async def _body(
        self, outcome: GatewayReply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, close: bool
    ) -> bool:
        if outcome.stall:
            return await _stall(outcome, reader)
        await asyncio.sleep(outcome.hold)
        outcome.finish()
        whole = _head_lines(outcome, close=close) + outcome.parts[0]
        await _write(writer, whole[: len(whole) - len(outcome.parts[0]) // 2 - 1] if outcome.drop else whole)
        return not outcome.drop

    async def _stream(
        self, outcome: GatewayReply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, close: bool
    ) -> bool:
        """The first half at once after half of the time, the rest at its end: a reader of the stream sees it grow."""
        middle = max(1, len(outcome.parts) // 2)
        await asyncio.sleep(outcome.hold / 2)
        await _write(writer, _head_lines(outcome, close=close) + b"".join(map(_chunk, outcome.parts[:middle])))
        if outcome.stall:
            return await _stall(outcome, reader)
        await asyncio.sleep(outcome.hold / 2)
        outcome.finish()
        if outcome.drop:
            return False
        await _write(writer, b"".join(map(_chunk, outcome.parts[middle:])) + b"0\r\n\r\n")
        return True


# ------------------------------------------------------------------------------------------------ bytes


async def _head(first: bytes, reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    try:
        raw = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise ApiError(431, "The headers of your request are too large.") from None
    line, *rest = raw.decode("latin-1").strip("\r\n").split("\r\n")
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or len(rest) > MOST_HEADERS:
        raise ApiError(400, "Your request is not HTTP/1.1.")
    headers: dict[str, str] = {}
    for row in rest:
        name, colon, value = row.partition(":")
        if not colon or not name or name != name.strip() or name.lower() in headers:
            raise ApiError(400, "A header of your request is not understood, or stands twice.")
        headers[name.lower()] = value.strip()
    return words[0], words[1], headers


def _size(headers: dict[str, str], held: int) -> int:
    """Bytes of the body. Raises ApiError for one that is not taken."""
    if "transfer-encoding" in headers:
        raise ApiError(411, "A body needs a Content-Length; Transfer-Encoding is not taken.")
    written = headers.get("content-length", "0")
    if not written.isascii() or not written.isdigit() or len(written) > 12:
        raise ApiError(400, "The Content-Length is not a number.")
    if int(written) > BODY_BYTES:
        raise ApiError(413, f"The body of your request is larger than {BODY_BYTES:,} bytes.")
    if held + int(written) > HELD_BYTES:
        raise ApiError(503, "Too many requests are being read at once.")
    return int(written)


def _head_lines(outcome: GatewayReply, *, close: bool) -> bytes:
    framing = ("Transfer-Encoding", "chunked") if outcome.stream else ("Content-Length", str(len(outcome.parts[0])))
    lines = [f"HTTP/1.1 {outcome.status} {_REASONS[outcome.status]}"]
    lines += [f"{name}: {value}" for name, value in (*outcome.headers.items(), framing)]
    return "\r\n".join([*lines, f"Connection: {'close' if close else 'keep-alive'}", "", ""]).encode(
        "latin-1", "replace"
    )


def _chunk(part: bytes) -> bytes:
    return f"{len(part):x}\r\n".encode() + part + b"\r\n"


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    async with asyncio.timeout(WRITE_SECONDS):
        await writer.drain()


async def _stall(outcome: GatewayReply, reader: asyncio.StreamReader) -> bool:
    """Silence until the caller goes away or the stall has lasted its time; then the connection is dropped."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(outcome.stall):
            await reader.read(1)
    outcome.finish()
    return False


async def _linger(reader: asyncio.StreamReader) -> None:
    """Reads on for a moment, so that a caller in the middle of writing still gets its answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while await reader.read(65_536):
                pass
