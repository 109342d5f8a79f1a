"""What is counted, per test: calls, tokens, cost, time on the model's own clock, how many at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .records import Message, ToolCall

MOST_CALLS = 2000
MOST_BYTES = 32_000_000
TRACED = 200


@dataclass(kw_only=True)
class Call:
    """One request that reached the model, with what came of it. Times are on the model's clock, which moves only while
    a request is open; cost is in US dollars."""

    number: int = 0
    endpoint: str
    model: str
    messages: tuple[Message, ...] = ()
    tools: tuple[str, ...] = ()
    """Names of the tools that were offered."""
    inputs: tuple[str, ...] = ()
    """What was to be embedded."""
    temperature: float | None = None
    stream: bool = False
    started: float = 0.0
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    fault: str = ""
    status: int = 200
    result: str = ""
    reply: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    concurrent: int = 1
    """How many requests were open when this one came, itself included."""
    source: str = ""
    """Where the answer came from when it is a real model's: `cassette` or `live`. The scripted model's has none."""
    early: bool = False
    """It came before the time that the last refusal asked to wait for had passed."""
    ended: bool = False
    """Its answer is on its way, or will not come."""

    @property
    def text(self) -> str:
        """All that was sent, as one text."""
        return "\n".join([*(message.text for message in self.messages), *self.inputs])

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def traced(self) -> dict[str, Any]:
        """What is kept as evidence: figures and names, no text of the candidate's."""
        return {
            **({"source": self.source} if self.source else {}),
            "purpose": f"{self.endpoint} {self.model}",
            "started": round(self.started, 6),
            "seconds": round(self.seconds, 6),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": round(self.cost, 9),
            "fault": self.fault,
            "result": self.result,
        }


@dataclass
class Meter:
    """The meters of one test. A request keeps the meter that it began with, so that a late one never counts in the
    next test."""

    calls: list[Call] = field(default_factory=list)
    now: float = 0.0
    open: int = 0
    most_open: int = 0
    refused: int = 0
    """Requests that were not for the model: wrong key, unknown path, a body that is not understood."""
    received: int = 0
    """Bytes of bodies: what is kept of a request is in proportion to them."""
    wait_until: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, call: Call) -> Call:
        with self.lock:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            call.number, call.started, call.concurrent = len(self.calls) + 1, self.now, self.open
            call.early = time.monotonic() < self.wait_until
            self.calls.append(call)
        return call

    def end(self, call: Call) -> None:
        with self.lock:
            self.open -= 1
            call.ended = True
            self.now = max(self.now, call.started + call.seconds)

    def is_full(self, size: int) -> bool:
        """Whether a request of `size` bytes would be more than one test may send: what is asserted on is kept whole or
        not answered at all."""
        return len(self.calls) >= MOST_CALLS or self.received + size > MOST_BYTES

    def repeat(self, digest: str) -> int:
        """How often this very content was asked before in this test."""
        with self.lock:
            self.seen[digest] += 1
            return self.seen[digest] - 1

    def trace(self) -> list[dict[str, Any]]:
        return [call.traced() for call in self.calls[:TRACED]]


def price(model: dict[str, Any], prompt: int, completion: int) -> float:
    """US dollars for that many tokens; the table gives dollars per million."""
    return float(prompt * model["price"]["input"] + completion * model["price"]["output"]) / 1_000_000
