"""A model server that works in rounds: an event simulator.

In a round every running request gets up to `STRIDE` tokens. Requests that are admitted have their prompt read first, in
the same round. A request holds a block of memory for each `BLOCK` tokens of its prompt and of what was made; where
blocks run out, the server throws out what was admitted last, and its work is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .play import Episode

STRIDE, BLOCK = 8, 16


@dataclass(frozen=True, kw_only=True)
class Physics:
    """How long a round takes, by the vendor's data sheet."""

    base_ms: float = 20.0
    request_ms: float = 2.0
    token_ms: float = 0.1

    def round_ms(self, running: int, used: int, blocks: int, read: int) -> float:
        """`used` of `blocks` are held by `running` requests; `read` tokens of prompts are new."""
        return self.base_ms + self.request_ms * running + self.token_ms * read

    def known(self, request: dict[str, Any], running: Sequence[dict[str, Any]]) -> int:
        """Tokens of the prompt that need not be read. The data sheet knows of none."""
        return 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A trace of requests for a server. `requests` hold `made`, the tokens until they end by themselves, which no state
    shows; `policy` is None where there is none."""

    server: dict[str, Any]
    requests: Sequence[dict[str, Any]]
    aim: str
    physics: Physics
    notes: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Outcome:
    """What became of each request: `ended` holds "done" or "gone" by id, once each."""

    ended: dict[str, str] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    """When the first token was there, of those that came so far."""
    rounds: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Replies, or parts of them, that could not be carried out."""
    asked: int = 0


SHOWN = ("id", "kind", "tenant", "prompt", "prefix", "prefix_tokens", "most", "arrived", "by", "worth")


def blocks_of(tokens: int) -> int:
    return math.ceil(tokens / BLOCK)


class Server:
    """The state of one server in one episode."""

    def __init__(self, case: Case) -> None:
        self.case, self.now = case, 0.0
        self.blocks, self.slots = case.server["blocks"], case.server["slots"]
        self.coming = sorted(case.requests, key=lambda each: (each["arrived"], each["id"]))
        self.waiting: list[dict[str, Any]] = []
        self.running: list[dict[str, Any]] = []
        self.out = Outcome()

    @property
    def used(self) -> int:
        return sum(each["blocks"] for each in self.running)

    def arrive(self) -> None:
        """What has come by now waits; who has no answer by then has gone."""
        while self.coming and self.coming[0]["arrived"] <= self.now:
            self.waiting.append({**self.coming.pop(0), "got": 0, "blocks": 0})
        for place in (self.waiting, self.running):
            for each in [one for one in place if one["by"] < self.now]:
                place.remove(each)
                self._end(each, "gone")

    def _end(self, request: dict[str, Any], how: str) -> None:
        if request["id"] in self.out.ended:
            raise AssertionError(f"{request['id']} ends a second time")
        self.out.ended[request["id"]] = how

    def state(self) -> dict[str, Any]:
        """What the scheduler may know."""
        case = self.case
        shown = {
            "now": self.now,
            "aim": case.aim,
            "server": {**case.server, "free": self.blocks - self.used},
            "waiting": [{key: each[key] for key in SHOWN} for each in self.waiting],
            "running": [{key: each[key] for key in (*SHOWN, "got", "blocks")} for each in self.running],
            "last": self.out.rounds[-1] if self.out.rounds else None,
            "notes": case.notes,
        }
        return shown | ({"policy": case.policy} if case.policy else {})

    def carry_out(self, reply: Any) -> list[dict[str, Any]]:
        """Does what the reply says, as far as it can be done; gives what was admitted."""
        self.out.asked += 1
        if not isinstance(reply, dict) or not all(_ids(reply.get(key, [])) for key in ("admit", "evict")):
            self.out.wrong.append("step has to return {\"admit\": [ids]}, and may name ids to evict")
            return []
        for name in reply.get("evict", []):
            self._put_back(name)
        admitted = [each for name in reply.get("admit", []) if (each := self._admit(name))]
        if not self.running and any(self._in_time(each) for each in self.waiting):
            self.out.wrong.append("nothing runs, and something waits that could be done in time")
        return admitted

    def _in_time(self, request: dict[str, Any]) -> bool:
        """Whether a request, alone and as long as it may get, would be done twice over before it has gone."""
        physics = self.case.physics
        alone = math.ceil(request["most"] / STRIDE) * (physics.base_ms + physics.request_ms)
        took = 2 * (alone + physics.token_ms * request["prompt"])
        return self.now + took <= request["by"] and blocks_of(request["prompt"] + request["most"]) <= self.blocks

    def _put_back(self, name: str) -> None:
        found = [each for each in self.running if each["id"] == name]
        if not found:
            self.out.wrong.append(f"{name[:40]} does not run and cannot be evicted")
        for each in found:
            self.running.remove(each)
            self.waiting.append({**each, "got": 0, "blocks": 0})

    def _admit(self, name: str) -> dict[str, Any] | None:
        found = [each for each in self.waiting if each["id"] == name]
        if not found:
            self.out.wrong.append(f"{name[:40]} does not wait and cannot be admitted")
            return None
        need = blocks_of(found[0]["prompt"] + STRIDE)
        if need > self.blocks - self.used or len(self.running) >= self.slots:
            self.out.wrong.append(f"there is no room for {name[:40]}")
            return None
        self.waiting.remove(found[0])
        admitted = {**found[0], "blocks": need, "known": self.case.physics.known(found[0], self.running)}
        self.running.append(admitted)
        return admitted

    def round(self, admitted: Sequence[dict[str, Any]]) -> None:
        """One round of work."""
        read = sum(each["prompt"] - each["known"] for each in admitted)
        reused = sum(each["known"] for each in admitted)
        ms = self.case.physics.round_ms(len(self.running), self.used, self.blocks, read)
        row = {"ms": round(ms, 3), "running": len(self.running), "used": self.used, "read": read + reused, "reused": reused}
        self.out.rounds.append(row)
        self.now += row["ms"]
        for each in list(self.running):
            each["got"] = min(each["made"], each["got"] + STRIDE)
            self.out.first.setdefault(each["id"], self.now)
            if each["got"] >= each["made"]:
                self.running.remove(each)
                self._end(each, "done" if self.now <= each["by"] else "gone")
        self._grow()

    def _grow(self) -> None:
        """Takes blocks for the next round; who was admitted last goes back where there are not enough."""
        for each in self.running:
            each["blocks"] = blocks_of(each["prompt"] + each["got"] + STRIDE)
        while self.used > self.blocks:
            self._put_back(self.running[-1]["id"])


def _ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def episode(case: Case) -> Episode:
    """Runs a case: yields the state before each round in which something waits, takes {"admit": [ids]}."""
    server = Server(case)
    while server.coming or server.waiting or server.running:
        server.arrive()
        admitted = server.carry_out((yield server.state())) if server.waiting else []
        if server.running:
            server.round(admitted)
        else:
            server.now = min(each for each in _next(server))
    return server.out


def _next(server: Server) -> list[float]:
    """When something may change while nothing runs."""
    later = [each["arrived"] for each in server.coming[:1]] + [each["by"] + 1e-3 for each in server.waiting]
    return later or [server.now]
