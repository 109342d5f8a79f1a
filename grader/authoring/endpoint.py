"""A real model for an author's trial: what it may cost, what it is asked, and what of its answers is kept."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import network
from grader.challenge import cassette
from grader.challenge.model import ScriptedModel
from grader.errors import InfrastructureError, UsageError, visible
from grader.judge import refusal
from grader.judge.address import Address
from grader.judge.address import read as read_address
from grader.settings import Settings

SECONDS = 60.0
"""How long an answer may take."""
MOST_BYTES = 8_000_000
REFUSED_REQUEST = (400, 413, 422)
"""The request itself is at fault; any other error is the endpoint's, or the way to it."""
FINISHES = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls"}

Answer = Mapping[str, Any]


@dataclass(kw_only=True)
class RequestBudget:
    """Hard limits: a request that could go beyond one of them is not made. US dollars by the pack's price table."""

    money: float
    requests: int
    spent: float = 0.0
    made: int = 0

    def check(self, price: ScriptedModel, body: Mapping[str, Any]) -> None:
        """Raises UsageError where this request, at its dearest, might cost more than is left. No token is shorter than
        a byte, so the bytes of the request bound the tokens that are read."""
        read = len(json.dumps(body, ensure_ascii=False).encode())
        most = self.cost(price, read, body["max_completion_tokens"] * body["n"])
        if self.made >= self.requests:
            raise UsageError(f"{self.made} requests were made, and no more are allowed. (--requests)")
        if self.spent + most > self.money:
            raise UsageError(
                f"${self.spent:.4f} of ${self.money:.2f} is spent after {self.made} requests, and the next one might "
                f"cost ${most:.4f}. What was answered is in the cassette. (--budget)"
            )

    @staticmethod
    def cost(price: ScriptedModel, prompt: int, completion: int) -> float:
        return (prompt * price.price.input + completion * price.price.output) / 1_000_000


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint that speaks the chat-completions protocol."""

    url: str = field(repr=False)
    key: str = field(repr=False)
    model: str

    @property
    def address(self) -> Address:
        """The address read whole, with its query and login. Raises UsageError where it cannot be right."""
        return read_address(Settings(openai_base_url=self.url, openai_api_key=self.key))

    def ask(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and body of the answer. Raises InfrastructureError where the endpoint fails."""
        address = self.address
        query = f"?{urllib.parse.urlencode(address.query)}" if address.query else ""
        request = urllib.request.Request(  # noqa: S310 - the operator's own address, http or https
            f"{address.endpoint}/chat/completions{query}",
            json.dumps({**body, "model": self.model}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}", **address.headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310 - as above
                return reply.status, json.loads(reply.read(MOST_BYTES))
        except urllib.error.HTTPError as refused:
            said = refused.read(2000).decode("utf-8", "replace")
            if refused.code in REFUSED_REQUEST:
                return refused.code, said
            raise self._failed(f"answered {refused.code}: {refusal.words(said)}") from refused
        except (OSError, ValueError) as problem:
            raise self._failed(f"could not be asked: {network.why(problem, address.endpoint)}") from problem

    def _failed(self, how: str) -> InfrastructureError:
        shown = visible(self.address.without_secrets(how), 300)
        return InfrastructureError(
            f"The endpoint {visible(self.address.endpoint)} {shown}", fix="grade challenge play again later"
        )


@dataclass(kw_only=True)
class Relay:
    """Answers requests of the verifier: from the cassette, else from the endpoint where there is one, and then records.

    Called from one thread, one request at a time.
    """

    path: Path
    models: Mapping[str, ScriptedModel]
    budget: RequestBudget
    endpoint: Endpoint | None
    clock: Callable[[], float] = time.monotonic
    replayed: int = 0
    tokens: int = 0

    def __post_init__(self) -> None:
        self.known = cassette.read(self.path) if self.path.exists() else {}

    def __call__(self, event: Mapping[str, Any]) -> Answer:
        entry = self.known.get(event["digest"])
        if entry is not None:
            self.replayed += 1
            return {**entry, "source": "cassette"}
        if self.endpoint is None:
            raise UsageError(
                f"The cassette {self.path} has no answer to a request for {visible(str(event['model']))}: the pack or "
                "the submission has changed since it was recorded. (--record asks the endpoint)"
            )
        return self._ask(self.endpoint, event)

    def _ask(self, endpoint: Endpoint, event: Mapping[str, Any]) -> Answer:
        price = self.models[event["model"]]
        self.budget.check(price, event["body"])
        began = self.clock()
        self.budget.made += 1
        status, answer = endpoint.ask(event["body"])
        if status in REFUSED_REQUEST:
            return {"status": status, "message": _message(str(answer))}
        try:
            entry = _entry(answer)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as problem:
            raise InfrastructureError(
                f"The endpoint {visible(endpoint.address.endpoint)} answered with something that is no chat completion "
                f"({type(problem).__name__}: {visible(str(problem), 100)}).",
                fix="check OPENAI_BASE_URL",
            ) from problem
        cost = self.budget.cost(price, entry["prompt_tokens"], entry["completion_tokens"])
        self.budget.spent += cost
        self.tokens += entry["prompt_tokens"] + entry["completion_tokens"]
        entry |= {"digest": event["digest"], "asked": endpoint.model, "cost": cost, "seconds": self.clock() - began}
        if endpoint.key and endpoint.key in json.dumps(entry, ensure_ascii=False):
            raise InfrastructureError(
                "The endpoint's answer holds the API key; it was not recorded.", fix="change the key"
            )
        cassette.append(self.path, entry)
        self.known[event["digest"]] = entry
        return {**entry, "source": "live"}


def _entry(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a chat completion. Raises where it is none."""
    usage = answer["usage"]
    return {
        "replies": [_reply(choice) for choice in answer["choices"]],
        "prompt_tokens": int(usage["prompt_tokens"]),
        "completion_tokens": int(usage["completion_tokens"]),
    }


def _reply(choice: Mapping[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    calls = [call["function"] for call in message.get("tool_calls") or []]
    return {
        "text": str(message.get("content") or ""),
        "tool_calls": [{"name": str(call["name"]), "arguments": str(call["arguments"])} for call in calls],
        "refusal": str(message.get("refusal") or ""),
        "finish": FINISHES.get(str(choice.get("finish_reason")), "stop"),
    }


def _message(said: str) -> str:
    try:
        return str(json.loads(said)["error"]["message"])[:500]
    except (ValueError, KeyError, TypeError):
        return said[:500]
