"""The `candidate` fixture: how hidden tests reach a candidate's work in the other container."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from grader_protocol import FRAME, FRAME_BYTES, TEXT
from grader_verifier import wire
from grader_verifier.blame import CandidateError, NotMeasuredError
from grader_verifier.bridge_link import DRAIN_SECONDS, Link, NoProcessError, Process, kills
from grader_verifier.clock import SILENT_TESTS, TimeBudget
from grader_verifier.own_time import OwnTime, put_back
from grader_verifier.remote import Remote, wrapped
from grader_verifier.work import Completed, Files

START_SECONDS = 0.02
REPLIES_PER_TEST = 8 << 20
"""Bytes of replies that one test may take in: a value takes up to forty times its text, and must not fill the memory
that the hidden tests have."""


class Candidate:
    """One test's view of the candidate. Processes are started when first needed and ended after the test.

    `seconds` is the candidate's own time of the last call (of all items, for `map`), `last_seconds` that of each item.
    Whoever reads one of them waits until the container is at rest: what goes on after an answer counts for it.
    """

    def __init__(
        self,
        link: Link,
        files: dict[str, bytes],
        budget: TimeBudget,
        module: str,
        reply_cap: int,
        output_cap: int,
        rng: random.Random,
        told: Callable[[], None] = lambda: None,
        cleared: Callable[[], Link] | None = None,
    ) -> None:
        """`told` hears of the first thing of the candidate's that the test takes; `cleared` does with the container
        what is done between two tests."""
        self.files = Files(files, self._take)
        self.taken = False
        """Whether the test has had anything of the candidate's in hand: see blame.py."""
        self._rng, self._told, self._cleared = rng, told, cleared
        self.limits: list[str] = []
        self.time = OwnTime(link, budget)
        self._link, self._budget, self._module = link, budget, module
        self._reply_cap, self._output_cap = reply_cap, output_cap
        self._worker: Process | None = None
        self._dead: CandidateError | None = None
        self._serial = 0
        self._room = max(REPLIES_PER_TEST, reply_cap)
        self._silent: set[str] = set()
        """What has not answered in this test."""
        self._wholes = wire.Wholes()

    def _take(self) -> None:
        if not self.taken:
            self.taken = True
            self._told()

    # ------------------------------------------------------------------------------------------------ tests' calls

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """Calls a function of the challenge's module; JSON in and out. `limit` in seconds may only be shorter than the
        challenge's. Raises CandidateError."""
        return self.ask("call", limit, name=function, module=self._module, args=args, kwargs=kwargs)

    def map(
        self,
        function: str,
        items: Iterable[Any],
        *,
        limit: float | None = None,
        errors: str = "raise",
        in_order: bool = False,
    ) -> list[Any]:
        """`call(function, item)` for each item; no item is to be seen before the one before it has been answered. The
        items are asked in an order that the seed draws, or as they stand with `in_order`, where one builds on the
        other; the results are in the order of the items. With `errors="return"` a failing item's CandidateError stands
        in its place; after a time limit or a death it stands in all that had not been asked."""
        return self.starmap(function, [(item,) for item in items], limit=limit, errors=errors, in_order=in_order)

    def starmap(
        self,
        function: str,
        rows: Iterable[Iterable[Any]],
        *,
        limit: float | None = None,
        errors: str = "raise",
        in_order: bool = False,
    ) -> list[Any]:
        """`call(function, *row)` for each row, as `map` does for functions of one argument."""
        if errors not in {"raise", "return"}:
            raise ValueError(f"errors is 'raise' or 'return', not {errors!r}")
        items = [tuple(row) for row in rows]
        order = list(range(len(items)))
        if not in_order:
            self._rng.shuffle(order)
        asked = [self._request("call", name=function, module=self._module, args=items[at]) for at in order]
        results = put_back(self._exchange(asked, limit), order)
        self.time.order = order
        if errors == "raise":
            for result in results:
                if isinstance(result, CandidateError):
                    raise result
        return results

    def make(self, name: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Remote:
        """Calls `name` (a class or a function) and keeps the result in the candidate's process."""
        request = self._request("make", name=name, module=self._module, args=args, kwargs=kwargs)
        self._only(self._exchange([request], limit))
        return Remote(self, request["id"])

    def run(
        self, argv: list[str], *, stdin: str | bytes = "", limit: float | None = None, env: dict[str, str] | None = None
    ) -> Completed:
        """Runs a command in the submission's folder. Raises CandidateError when it takes too long."""
        process = self._command(argv, env)
        process.outgoing += stdin.encode() if isinstance(stdin, str) else stdin
        what = f"the command {' '.join(map(str, argv[:2]))}"
        seconds, which = self._budget.allow(limit, what)
        self.time.begin(process)

        def ended() -> bool:
            if not process.outgoing:
                process.close(process.input)
            return process.ended is not None

        finished = self.time.wait(ended, seconds, process)
        self.time.stop()
        self._heard(what, finished, seconds)
        if not finished:
            raise self._time_limit(f"the command {argv[0]}", seconds, which, what)
        # What the command left running may hold its output open; what it wrote itself is there already.
        self._link.wait(lambda: not {process.out, process.err} & process.open, time.monotonic() + DRAIN_SECONDS)
        self._note_memory()
        truncated = bool(process.stdout.dropped or process.stderr.dropped)
        code = (process.ended or {})["exit"]
        return Completed(code, process.stdout.text, process.stderr.text, self.time.reader(), truncated)

    def start(
        self, argv: list[str], port: int, *, limit: float | None = None, env: dict[str, str] | None = None
    ) -> str:
        """Starts a service and waits until it listens on 127.0.0.1:`port`. Returns its base URL."""
        process = self._command(argv, env)
        what = f"the service {' '.join(map(str, argv[:2]))}"
        seconds, which = self._budget.allow(limit, what)
        self.time.begin(process)
        listening = False
        while not listening and process.ended is None and not self.time.used_up(seconds):
            self._link.move(START_SECONDS)
            listening = _listens(port)
        self.time.stop()
        self._heard(what, listening or process.ended is not None, seconds)
        if process.ended is not None:
            raise self._died(process, f"the service {argv[0]}")
        if not listening:
            raise self._time_limit(f"the service {argv[0]} (listening on port {port})", seconds, which, what)
        return f"http://127.0.0.1:{port}"

    def afresh(self) -> None:
        """Ends all that this test started and empties all that it could write, as is done between two tests: what is
        called next runs in a process that can know nothing of the calls before. No object of `make` is left."""
        if self._cleared is None:
            raise RuntimeError("this candidate has no container to be cleared")
        self.time.close()
        self._link = self._cleared()
        self.time.meet(self._link)
        self._worker = self._dead = None

    def peak_memory(self) -> int:
        """Highest memory of the candidate's container in this test, or since `afresh`, in bytes, as the kernel counts
        it, above what it held before candidate code ran: all processes, /tmp, /dev/shm, files without a name, pipes,
        sockets."""
        peak = self._link.memory.peak()
        if peak is None:
            raise NotMeasuredError("the kernel of this machine does not count the memory of a container")
        return peak

    @property
    def seconds(self) -> float:
        """Own time of the last call, of all items for `map`."""
        return sum(self.time.of_each())

    @property
    def last_seconds(self) -> list[float]:
        """Own time of each item of the last `map`, in their order."""
        return self.time.of_each()

    # ------------------------------------------------------------------------------------------------ sockets

    def socket_seconds(self, waited: float) -> float:
        seconds, which = self._budget.allow(None)
        if waited >= seconds:
            raise self._time_limit("what was asked through a socket", seconds, which)
        return seconds - waited

    def socket_begins(self) -> None:
        self.time.begin_waiting()

    def socket_goes_on(self, seconds: float) -> bool:
        return self.time.waits_on(seconds)

    def socket_ends(self) -> float:
        return self.time.end_waiting()

    def socket_took(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            self._hit("reply")
            said = f"what one test takes in, through sockets too, is more than {REPLIES_PER_TEST:,} bytes"
            raise CandidateError("BadService", said, limit="reply")

    # ------------------------------------------------------------------------------------------------ one exchange

    def ask(self, op: str, limit: float | None, **fields: Any) -> Any:
        return self._only(self._exchange([self._request(op, **fields)], limit))

    def _only(self, results: list[Any]) -> Any:
        if isinstance(results[0], CandidateError):
            raise results[0]
        return results[0]

    def _request(
        self, op: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        self._serial += 1
        named = {name: wrapped(arg) for name, arg in (kwargs or {}).items()}
        return {"id": self._serial, "op": op, "args": [wrapped(arg) for arg in args], "kwargs": named, **fields}

    def _exchange(self, requests: list[dict[str, Any]], limit: float | None) -> list[Any]:
        """Sends all requests and reads the replies in order; each has the time limit to itself."""
        self.time.clear(len(requests))
        self._take()
        if self._dead is not None:
            return [self._dead] * len(requests)
        worker = self._worker or self._start_worker()
        return [self._dead or self._reply(worker, request, limit) for request in requests]

    def _reply(self, worker: Process, request: dict[str, Any], limit: float | None) -> Any:
        what = f"{request['op']} {request['name']}"
        seconds, which = self._budget.allow(limit, what)
        worker.outgoing += wire.frame(request)
        self.time.start(worker)

        def size() -> int | None:
            head = worker.incoming[:FRAME_BYTES]
            return struct.unpack(FRAME, head)[0] if len(head) == FRAME_BYTES else None

        def done() -> bool:
            wanted = size()
            if wanted is not None and (wanted > self._reply_cap or len(worker.incoming) >= FRAME_BYTES + wanted):
                return True
            return worker.input not in worker.open

        finished = self.time.wait(done, seconds, worker)
        self.time.stop()
        wanted = size()
        self._heard(what, finished, seconds)
        if not finished:
            return self._end(self._time_limit(f"{request['name']}()", seconds, which, what))
        if wanted is not None and wanted > min(self._reply_cap, self._room):
            return self._end(self._too_much(wanted))
        if wanted is None or len(worker.incoming) < FRAME_BYTES + wanted:
            return self._end(self._died(worker, f"the process, in {request['name']}(),"))
        raw = bytes(worker.incoming[FRAME_BYTES : FRAME_BYTES + wanted])
        del worker.incoming[: FRAME_BYTES + wanted]
        self._room -= wanted
        return self._read(raw, request)

    def _too_much(self, wanted: int) -> CandidateError:
        self._hit("reply")
        said = f"a reply of {wanted:,} bytes; at most {self._reply_cap:,} are taken"
        if wanted <= self._reply_cap:
            said = f"the replies of one test take more than {REPLIES_PER_TEST:,} bytes"
        return CandidateError("BadReply", said, limit="reply")

    def _read(self, raw: bytes, request: dict[str, Any]) -> Any:
        try:
            answer = wire.parse(raw, self._wholes)
        except wire.BadReplyError as problem:
            return CandidateError("BadReply", f"the reply cannot be used: {problem}")
        number = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or type(number) is not int or number != request["id"]:  # True is 1, as 1.0 is
            return self._end(CandidateError("BadReply", "a reply to something that was not asked"))
        if "error" in answer:
            error = answer["error"] if isinstance(answer["error"], dict) else {}
            return CandidateError(*(str(error.get(key, ""))[:TEXT] for key in ("type", "message", "where")))
        return answer.get("value")

    # ------------------------------------------------------------------------------------------------ processes

    def _start_worker(self) -> Process:
        self._worker = self._launch("the candidate's process", op="worker")
        return self._worker

    def _launch(self, what: str, **request: object) -> Process:
        try:
            return self._link.start(self._output_cap, **request)
        except NoProcessError as problem:
            self._hit("processes")
            raise CandidateError("ProcessLimit", f"{what} could not be started: {problem}", limit="processes") from None

    def _command(self, argv: list[str], env: dict[str, str] | None) -> Process:
        self._take()
        if self._budget.left <= 0:
            raise self._time_limit(f"the command {argv[0]}", 0.0, "total")
        words = [str(part) for part in argv]
        return self._launch(f"the command {words[0]}", op="command", argv=words, env=env or {})

    def _end(self, error: CandidateError) -> CandidateError:
        """The worker cannot be used any more in this test; later calls get the same error."""
        self._dead = error
        return error

    def _hit(self, limit: str) -> None:
        if limit not in self.limits:
            self.limits.append(limit)

    def _heard(self, what: str, finished: bool, seconds: float) -> None:
        """Keeps whether it answers at all. One that the machine starved, or that had less than its whole time, has not
        been silent."""
        if finished:
            self._budget.answered(what)
        elif seconds >= self._budget.call and not self.time.starved and what not in self._silent:
            self._silent.add(what)
            self._budget.unanswered(what)

    def _time_limit(self, said: str, seconds: float, which: str, what: str = "") -> CandidateError:
        self._hit(which)
        whole = f"; the whole run may take {self._budget.total:g} s" if which == "total" else ""
        if which == "call" and self._budget.is_silent(what) and seconds < self._budget.call:
            whole = f"; it gave no answer in {SILENT_TESTS} tests before, within {self._budget.call:g} s each"
        return CandidateError(
            "TimeLimit", f"{said} did not finish within {max(0.0, seconds):.3g} s{whole}", limit=which
        )

    def _note_memory(self) -> str:
        """By whom something was ended for memory in this test; empty where nothing was."""
        reply, _ = self._link.ask(op="usage")
        if kills(reply) <= self._link.memory_kills:
            return ""
        self._hit("memory")
        return "with its sockets full" if reply["socket_kills"] > self._link.socket_kills else "by the kernel"

    def _died(self, process: Process, what: str) -> CandidateError:
        self._link.wait(lambda: process.ended is not None, time.monotonic() + 1.0)
        if how := self._note_memory():
            said = f"{what} was ended {how} for using more memory than allowed"
            return CandidateError("MemoryLimit", said, limit="memory")
        code = (process.ended or {}).get("exit")
        how = (
            "ended" if code is None else f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        )
        return CandidateError("ProcessDied", f"{what} {how}")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
