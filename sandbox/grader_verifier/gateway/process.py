"""The gateway in a process of its own: whatever a candidate sends to it costs the candidate's test, and nothing else.

The hidden tests' process holds the listening socket and one end of a line; the gateway's process answers requests on
the one and orders on the other, a JSON object a line each way:

    {"ask": 3, "op": "look", "known": 5}        → {"answer": 3, "calls": [...], …}    or reset, trace, fault, script
    {"ask": 1, "function": 2, "with": {...}}    → {"answer": 1, "reply": {...}}       the other way, or "host": {...}

A process that does not answer is ended, and a new one begins with the next test.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from grader_verifier.blame import CandidateError

from .live import AskHost
from .meter import Call
from .plain import ask_of, call_of, plain_reply
from .records import Ask, Reply
from .service import Scripted

HOST = "127.0.0.1"
BACKLOG = 128
ORDER_SECONDS = 10.0
"""How long the process may take for an order before it counts as lost. An order is answered beside the requests, so
that only a machine that stands still comes near."""
LOST = "what the submission sent to the model brought it down; it does not answer any more in this test"


class LostError(Exception):
    """The process has ended, or does not answer."""


class Line:
    """One end of the line between the two processes. A thread reads; what is asked for is answered in another."""

    def __init__(self, end: socket.socket, perform: Callable[[dict[str, Any]], Any]) -> None:
        self._end, self._perform = end, perform
        self._numbers, self._sending = itertools.count(1), threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._asked: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.over = threading.Event()
        for work in (self._read, self._answer):
            threading.Thread(target=work, name="model-gateway", daemon=True).start()

    def ask(self, seconds: float | None, **what: Any) -> dict[str, Any]:
        """What the other side answers. Raises LostError when it takes longer than `seconds`, or is gone."""
        number, waiting = next(self._numbers), queue.SimpleQueue[dict[str, Any] | None]()
        self._waiting[number] = waiting
        try:
            self._send({"ask": number, **what})
            answer = None if self.over.is_set() else waiting.get(timeout=seconds)
        except (OSError, queue.Empty):
            answer = None
        finally:
            self._waiting.pop(number, None)
        if answer is None:
            raise LostError
        return answer

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()

    def _send(self, message: dict[str, Any]) -> None:
        with self._sending:
            self._end.sendall(json.dumps(message).encode() + b"\n")

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._end.makefile("rb") as lines:
            for line in lines:
                message = json.loads(line)
                waiting = self._waiting.get(message["answer"]) if "answer" in message else None
                if waiting is not None:
                    waiting.put(message)
                elif "ask" in message:
                    self._asked.put(message)
        self.over.set()
        self._asked.put(None)
        for waiting in list(self._waiting.values()):
            waiting.put(None)

    def _answer(self) -> None:
        while (message := self._asked.get()) is not None:
            number = message.pop("ask")
            if message.get("host"):  # takes as long as a network does, and others may ask meanwhile
                threading.Thread(target=self._say, args=(number, message), daemon=True).start()
            else:
                self._say(number, message)

    def _say(self, number: int, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._send({"answer": number, **self._perform(message)})


class Gateway:
    """The hidden tests' end. The endpoint is heard once `listen` was called, and until it is closed."""

    def __init__(self, settings: dict[str, Any], seed: int, ask_host: AskHost | None = None) -> None:
        self._settings, self._seed = settings, seed
        self._key = f"sk-throwaway-{secrets.token_hex(16)}"
        self._ask_host = ask_host if (settings.get("live") or {}).get("asks") else None
        self._door: socket.socket | None = None
        self._line: Line | None = None
        self.pid = 0
        self.lost_seconds = 0.0
        """How long processes were waited for that were lost."""
        self._forget()

    def listen(self) -> dict[str, str]:
        """Begins to listen, at a new address where it did already: the candidate's container may be another one, with a
        network of its own, in the middle of a test too, whose faults and script begin again. Returns what a candidate's
        processes find in their environment."""
        if self._line is not None:
            with contextlib.suppress(CandidateError):
                self._earlier[:] = self.look()["calls"]
                self._calls.clear()
        self._end()
        if self._door is not None:
            self._door.close()
        self._door = socket.create_server((HOST, 0), backlog=BACKLOG)
        self._begin()
        for op, what in self._orders:
            self._order(op, **what)
        return _environment(self._settings, self._door.getsockname()[1], self._key)

    def reset(self) -> None:
        """Begins a new test. To be called when no candidate process lives. Never raises: a process that does not answer
        is ended, and another takes its place."""
        self._forget()
        if self._door is None:
            return
        try:
            self._order("reset")
        except LostError:
            with contextlib.suppress(OSError, LostError):  # then the next test that asks for it hears of it
                self._begin()

    def look(self) -> dict[str, Any]:
        """The meters of this test, with all `calls` so far. Raises CandidateError where the process was lost."""
        known = len(self._calls)
        try:
            found = self._order("look", known=known)
        except LostError:
            raise CandidateError("ModelLost", LOST) from None
        fresh = [call_of(call) for call in found["calls"]]
        ended = next((at for at, call in enumerate(fresh) if not call.ended), len(fresh))
        calls = [*self._calls, *fresh]
        self._calls += fresh[:ended]
        return {**found, "calls": [*self._earlier, *calls]}

    def trace(self) -> list[dict[str, Any]]:
        """The calls of this test as evidence. Never raises."""
        with contextlib.suppress(LostError):
            return [*(call.traced() for call in self._earlier), *self._order("trace")["calls"]]
        return [call.traced() for call in (*self._earlier, *self._calls)]

    def fault(self, **fault: Any) -> None:
        """A fault of the schedule, as data. Raises CandidateError where the process was lost."""
        self._told("fault", fault=fault)

    def script(self, entries: list[Scripted]) -> None:
        """Replies, and functions that give them; these are called here. Raises CandidateError, as `fault` does."""
        plain: list[dict[str, Any]] = []
        for entry in entries:
            if isinstance(entry, Reply):
                plain.append({"reply": plain_reply(entry)})
            else:
                self._functions.setdefault(id(entry), entry)
                plain.append({"function": id(entry)})
        self._told("script", entries=plain)

    def close(self) -> None:
        self._end()
        if self._door is not None:
            self._door.close()
            self._door = None

    # ------------------------------------------------------------------------------------------------ the process

    def _forget(self) -> None:
        self._calls: list[Call] = []
        """Those that have ended, as they were last looked at."""
        self._earlier: list[Call] = []
        """Those of a container that was replaced in this test."""
        self._orders: list[tuple[str, dict[str, Any]]] = []
        """Faults and scripts of this test."""
        self._functions: dict[int, Callable[[Ask], Reply]] = {}
        self.problem = ""
        """What went wrong in a script of the test, with what a candidate asked."""

    def _told(self, op: str, **what: Any) -> None:
        self._orders.append((op, what))
        try:
            self._order(op, **what)
        except LostError:
            raise CandidateError("ModelLost", LOST) from None

    def _order(self, op: str, **what: Any) -> dict[str, Any]:
        """Raises LostError, after the process has been ended."""
        if self._line is None:
            raise LostError
        began = time.monotonic()
        try:
            return self._line.ask(ORDER_SECONDS, op=op, **what)
        except LostError:
            self._end()
            self.lost_seconds += time.monotonic() - began
            raise

    def _begin(self) -> None:
        assert self._door is not None  # noqa: S101 - we listen
        from .serving import serve  # here, so that no new process imports it again

        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            serve(self._settings, self._seed, self._key, self._door, theirs)
        theirs.close()
        self.pid, self._line = pid, Line(ours, self._perform)
        self._order("reset")

    def _end(self) -> None:
        """Ends the process, whatever it is doing."""
        if self._line is None:
            return
        self._line.close()
        self._line = None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def _perform(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        """What the gateway's process asks for: a function of a script, or a real model's answer."""
        if "host" in asked:
            assert self._ask_host is not None  # noqa: S101 - only such a gateway asks
            return {"said": self._ask_host(asked["host"])}
        try:
            return {"reply": plain_reply(self._functions[asked["function"]](ask_of(asked["with"])))}
        except Exception as problem:
            said = f"the script raised {type(problem).__name__}: {problem}"
            self.problem = self.problem or said
            return {"problem": said}


def _environment(settings: dict[str, Any], port: int, key: str) -> dict[str, str]:
    first = {
        kind: next((model["id"] for model in settings["models"] if model["kind"] == kind), "")
        for kind in ("chat", "embedding")
    }
    found = {
        "OPENAI_BASE_URL": f"http://{HOST}:{port}/v1",
        "OPENAI_API_KEY": key,
        "OPENAI_MODEL": first["chat"],
        "OPENAI_EMBEDDING_MODEL": first["embedding"],
    }
    return {name: value for name, value in found.items() if value}
