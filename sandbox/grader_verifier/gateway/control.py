"""The `model` fixture: what hidden tests see of the gateway, and how they steer it. Nothing of this is reachable from
the candidate's side. Where the gateway was lost to what the candidate sent, each of it raises CandidateError."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import rules
from .faults import Fault
from .meter import Call
from .process import Gateway
from .records import Ask, Reply
from .service import Scripted

Line = str | Mapping[str, Any] | Reply | Callable[[Ask], Any]


class Model:
    """One test's view of the model. All figures are of this test alone."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def calls(self) -> list[Call]:
        """Requests that reached the model, in the order in which they came; also those that met a fault."""
        return list(self._gateway.look()["calls"])

    @property
    def tokens(self) -> int:
        """Tokens charged, of prompts and answers."""
        return sum(call.tokens for call in self.calls)

    @property
    def cost(self) -> float:
        """US dollars, by the price table of model.yaml."""
        return sum(call.cost for call in self.calls)

    @property
    def seconds(self) -> float:
        """Time on the model's clock: requests that are open at once count once. A caller's own time is not in it."""
        return float(self._gateway.look()["now"])

    @property
    def concurrency(self) -> int:
        """The most requests that were open at once."""
        return int(self._gateway.look()["most_open"])

    @property
    def refused(self) -> int:
        """Requests that never reached the model: wrong key, unknown path or model, a body that was not understood."""
        return int(self._gateway.look()["refused"])

    def fault(
        self,
        kind: str,
        *,
        after: int = 0,
        times: int | None = 1,
        retry_after: float = 1.0,
        seconds: float = 30.0,
        model: str = "",
        endpoint: str = "",
        contains: str = "",
    ) -> None:
        """Lets `times` requests (None: every one) meet a fault, after `after` that pass. `kind` is one of rate_limit,
        quota, server_error, overloaded, stall, drop, truncate, malformed_json, wrong_tool, wrong_arguments, refusal,
        empty. `model`, `endpoint` (chat, responses, embeddings) and `contains` choose among requests. Raises ValueError
        for another kind."""
        fault = Fault(
            kind=kind,
            after=after,
            times=times,
            retry_after=retry_after,
            seconds=seconds,
            model=model,
            endpoint=endpoint,
            contains=contains,
        )
        self._gateway.fault(**vars(fault))

    def script(self, replies: Iterable[Line]) -> None:
        """What the model says next, one reply after the other, before rules and reader are asked again. A reply is
        text, `{"json": …}`, `{"call": {"name": …, "arguments": {…}}}`, `{"calls": […]}`, `{"refusal": …}`, or a
        function of the request that returns one of these."""
        made: dict[int, Scripted] = {}
        lines = list(replies)
        for line in lines:
            if id(line) not in made:
                made[id(line)] = _scripted(line)
        self._gateway.script([made[id(line)] for line in lines])


def _scripted(line: Line) -> Scripted:
    if isinstance(line, Reply):
        return line
    if callable(line):
        return lambda ask: _reply(line(ask))
    return _reply(line)


def _reply(line: Any) -> Reply:
    if isinstance(line, Reply):
        return line
    if isinstance(line, str):
        return Reply(text=line)
    known = {"reply", "json", "call", "calls", "refusal"}
    if not isinstance(line, Mapping) or not line or set(line) - known:
        raise ValueError(f"a scripted reply is text or has one of the keys {', '.join(sorted(known))}, not {line!r}")
    calls = [line["call"]] if "call" in line else list(line.get("calls", []))
    return rules.reply({**line, "calls": calls}, {})
