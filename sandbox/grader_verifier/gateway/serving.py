"""The gateway's own process: the endpoint in its main thread, orders of the hidden tests in another."""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from grader_verifier.bounds import data

from .allowance import Allowance
from .faults import Fault
from .live import Live
from .plain import plain_ask, plain_call, reply_of
from .process import Line, LostError
from .records import Ask, Reply
from .server import Server
from .service import Service

MEMORY = 300_000_000
"""Bytes of data that the process may take, beside what it has from its start."""
PR_SET_PDEATHSIG = 1


def serve(settings: dict[str, Any], seed: int, key: str, door: socket.socket, line: socket.socket) -> NoReturn:
    """In the new process: serves until the line is closed, or the hidden tests' process has ended."""
    try:
        _alone(door.fileno(), line.fileno())
        Serving(settings, seed, key, line).run(door)
    finally:
        os._exit(0)


def _alone(*kept: int) -> None:
    """Nothing stays of what the hidden tests' process had open: neither the host's ear nor the candidate's ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 4096)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    wanted = data() + MEMORY
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))


class Serving:
    """The service, its server, and what the hidden tests may order of them."""

    def __init__(self, settings: dict[str, Any], seed: int, key: str, line: socket.socket) -> None:
        real = settings.get("live")
        live = Live(real["answers"], self._ask_host if real["asks"] else None) if real else None
        self.service = Service(settings, seed, key, live)
        self.server = Server(self.service, Allowance())
        self.loop = asyncio.new_event_loop()
        self.line = Line(line, lambda order: getattr(self, "op_" + order.pop("op"))(**order))

    def run(self, door: socket.socket) -> None:
        self.loop.create_task(self.server.listen(door))
        self.loop.create_task(self._until_over())
        self.loop.run_forever()

    async def _until_over(self) -> None:
        await asyncio.to_thread(self.line.over.wait)
        os._exit(0)

    # ------------------------------------------------------------------------------------------------ orders

    def op_reset(self) -> dict[str, Any]:
        self.server.allowance.use_up()  # whatever still waits for its answer is not worked on
        asyncio.run_coroutine_threadsafe(self.server.reset(), self.loop).result()
        return {}

    def op_look(self, known: int) -> dict[str, Any]:
        """The meters, with the calls from number `known` on."""
        meter = self.service.meter
        figures = {"now": meter.now, "open": meter.open, "most_open": meter.most_open, "refused": meter.refused}
        return {"calls": [plain_call(call) for call in meter.calls[known:]], **figures}

    def op_trace(self) -> dict[str, Any]:
        return {"calls": self.service.meter.trace()}

    def op_fault(self, fault: dict[str, Any]) -> dict[str, Any]:
        self.service.faults.append(Fault(**fault))
        return {}

    def op_script(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.service.script.extend(
            reply_of(entry["reply"]) if "reply" in entry else self._function(entry["function"]) for entry in entries
        )
        return {}

    def _function(self, name: int) -> Callable[[Ask], Reply]:
        def call(ask: Ask) -> Reply:
            answer = self.line.ask(None, function=name, **{"with": plain_ask(ask)})
            if "problem" in answer:
                raise RuntimeError(answer["problem"])
            return reply_of(answer["reply"])

        return call

    def _ask_host(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            said: dict[str, Any] = self.line.ask(None, host=request)["said"]
        except LostError:
            said = {"status": 503, "message": "The test has ended."}
        return said
