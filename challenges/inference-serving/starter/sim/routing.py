"""Requests come to a gateway, which sends each to one of several models: an event simulator.

A model has slots; what finds none free waits for one in turn. Each attempt costs something, whatever comes of it. What is sent
comes back with an answer, with an error, or, when the time to give up is over, with nothing; then it may be sent again.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .play import Episode

SEEN_MS = 4000
"""A bill is in `spent` so long after its call has ended."""
LAST = 8


class World(Protocol):
    """What is true of the models, and no state shows."""

    def attempt(self, model: str, request: dict[str, Any], now: float) -> tuple[str, float]:
        """How a call that begins `now` ends ("answer", "error" or "hangs"), and after how many milliseconds."""
        ...

    def right(self, model: str, request: dict[str, Any]) -> float:
        """How probable it is that the answer is right."""
        ...

    def bill(self, model: str, request: dict[str, Any], how: str) -> float:
        """EUR of a call that ended so."""
        ...


@dataclass(frozen=True, kw_only=True)
class Case:
    """A trace of requests and the models that may answer them."""

    models: Sequence[dict[str, Any]]
    requests: Sequence[dict[str, Any]]
    cap: float
    over: float
    """What each EUR over the cap takes from the worth of the period."""
    ends: float
    expected: int
    world: World
    notes: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Outcome:
    """What became of each request, once each: "answered", "refused" or "late"."""

    ended: dict[str, str] = field(default_factory=dict)
    worth: float = 0.0
    spent: float = 0.0
    breaches: float = 0.0
    """Worth that broken rules took."""
    calls: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    """Milliseconds from arrival to the end, for each request that was answered in time."""
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def net(self, case: Case) -> float:
        """What the period was worth: answers, less what broken rules and EUR over the cap take."""
        return self.worth - self.breaches - case.over * max(0.0, self.spent - case.cap)


class Gateway:
    """The state of one episode."""

    def __init__(self, case: Case) -> None:
        self.case, self.now, self.out = case, 0.0, Outcome()
        self.count = itertools.count()
        self.events: list[tuple[float, int, str, dict[str, Any]]] = []
        self.busy: dict[str, list[dict[str, Any]]] = {each["id"]: [] for each in case.models}
        self.queue: dict[str, list[dict[str, Any]]] = {each["id"]: [] for each in case.models}
        self.recent: dict[str, list[dict[str, Any]]] = {each["id"]: [] for each in case.models}
        self.bills: list[tuple[float, float]] = []
        for request in case.requests:
            self.at(request["arrived"], "arrives", {"request": request, "tries": []})

    def at(self, when: float, what: str, call: dict[str, Any]) -> None:
        heapq.heappush(self.events, (when, next(self.count), what, call))

    def state(self, call: dict[str, Any]) -> dict[str, Any]:
        """What the router may know."""
        case = self.case
        shown = {
            "now": self.now,
            "request": {**call["request"], "tries": call["tries"]},
            "models": [
                {**model, "in_flight": len(self.busy[name]) + len(self.queue[name]), "recent": self.recent[name][-LAST:]}
                for model in case.models
                for name in (model["id"],)
            ],
            "spent": round(sum(eur for seen, eur in self.bills if seen <= self.now), 6),
            "cap": case.cap,
            "over": case.over,
            "ends": case.ends,
            "expected": case.expected,
            "arrived": sum(each["arrived"] <= self.now for each in case.requests),
            "notes": case.notes,
        }
        return shown | ({"policy": case.policy} if case.policy else {})

    def send(self, call: dict[str, Any], reply: Any) -> None:
        """Does what the reply says."""
        self.out.asked += 1
        to = reply.get("to") if isinstance(reply, dict) else ...
        wait = reply.get("give_up") if isinstance(reply, dict) else None
        if to is not None and not (isinstance(to, str) and to in self.busy):
            self.out.wrong.append("route has to return {\"to\": a model's id or None, \"give_up\": milliseconds}")
            to = None
        if to is None:
            return self._end(call["request"], "refused")
        if isinstance(wait, bool) or not isinstance(wait, int | float) or not 1 <= wait <= 600_000:
            self.out.wrong.append("give_up is not a number of milliseconds from 1 to 600000")
            wait = 30_000.0
        self._breaches(call["request"], to)
        self.out.calls[to] = self.out.calls.get(to, 0) + 1
        attempt = {**call, "to": to, "sent": self.now, "open": True}
        self.at(self.now + wait, "gives up", attempt)
        self.queue[to].append(attempt)
        self._begin(to)

    def _breaches(self, request: dict[str, Any], to: str) -> None:
        """A private request that leaves the region of its tenant breaks the rule that says so."""
        rules = self.case.policy or {}
        region = next(each["region"] for each in self.case.models if each["id"] == to)
        if request["private"] and "keep" in rules and region not in rules["keep"]["regions"]:
            self.out.breaches += rules["keep"]["worth"]

    def _begin(self, name: str) -> None:
        slots = next(each["slots"] for each in self.case.models if each["id"] == name)
        while self.queue[name] and len(self.busy[name]) < slots:
            call = self.queue[name].pop(0)
            how, took = self.case.world.attempt(name, call["request"], self.now)
            self.busy[name].append(call)
            if how != "hangs":
                self.at(self.now + took, how, call)

    def close(self, call: dict[str, Any], how: str) -> None:
        """An attempt is over: it is billed, its slot is free, and who looks at the model sees how it went."""
        name, request = call["to"], call["request"]
        call["open"] = False
        began = call in self.busy[name]
        (self.busy if began else self.queue)[name].remove(call)
        if began:
            eur = self.case.world.bill(name, request, how)
            self.out.spent += eur
            self.bills.append((self.now + SEEN_MS, eur))
        self.recent[name].append({"at": self.now, "ms": round(self.now - call["sent"], 3), "how": how})
        call["tries"] = [*call["tries"], {"to": name, "how": how, "ms": round(self.now - call["sent"], 3)}]
        self._begin(name)
        if how == "answer":
            self._end(request, "answered" if self.now <= request["by"] else "late", name)

    def _end(self, request: dict[str, Any], how: str, model: str = "") -> None:
        if request["id"] in self.out.ended:
            raise AssertionError(f"{request['id']} ends a second time")
        self.out.ended[request["id"]] = how
        if how == "answered":
            self.out.worth += request["worth"] * self.case.world.right(model, request)
            self.out.waits.append(self.now - request["arrived"])
        rules = self.case.policy or {}
        if how != "answered" and "answer" in rules and request["tenant"] in rules["answer"]["tenants"]:
            self.out.breaches += rules["answer"]["worth"]


def episode(case: Case) -> Episode:
    """Runs a case: yields the state where a request wants to be sent, takes {"to": id or None, "give_up": ms}."""
    gateway = Gateway(case)
    while gateway.events:
        gateway.now, _, what, call = heapq.heappop(gateway.events)
        if what != "arrives":
            if not call["open"]:
                continue
            gateway.close(call, what)
        if what == "answer":
            continue
        if gateway.now >= call["request"]["by"]:
            gateway._end(call["request"], "late")
        else:
            gateway.send(call, (yield gateway.state(call)))
    return gateway.out
