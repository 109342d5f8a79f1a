"""A gateway in this process, as the verifier runs it, with a small world to ask about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from grader.challenge.model import ModelFile
from grader_verifier.gateway import allowance, meter, process  # noqa: F401
from grader_verifier.gateway.control import Model
from grader_verifier.gateway.process import Gateway

WORLD = """\
schema: 1
speed: 1000
models:
  - id: small
    price: {input: 1, output: 10}
    latency: {first: 0.5, per_token: 0.01}
    context_window: 2000
  - {id: strict, context_window: 120, overflow: error}
  - {id: forgetful, context_window: 110}
  - {id: drifting, drift: 0.5}
  - {id: clumsy, failures: {malformed_json: 0.5, wrong_tool: 0.3, wrong_arguments: 0.3, refusal: 0.2}}
  - {id: embed, kind: embedding, dimensions: 64, price: {input: 2}}
reader:
  labels: {billing: [invoice, charge], shipping: [parcel, delivery]}
rules:
  - name: refund
    when: {user_says: ["refund order {order}"], offers: [refund], not_called: [refund]}
    calls: [{name: refund, arguments: {order_id: "{order}"}}]
  - name: refunded
    when: {last: tool, called: [refund], user_says: ["refund order {order}"]}
    reply: "Order {order}: {last}"
"""
DOCUMENTS = (
    "[refunds] Refunds are paid within 5 working days. They go to the original card.\n"
    "[shipping] Parcels to Norway need 9 days. Customs may add to that.\n"
    "[accounts] An account is closed after two years without a login."
)


def settings(text: str = WORLD) -> dict[str, Any]:
    """model.yaml as the verifier gets it."""
    return ModelFile.model_validate(yaml.safe_load(text)).as_data()


class World:
    """A running gateway and what a hidden test and a candidate have of it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.model = gateway, Model(gateway)
        self.environment = gateway.listen()
        self.url = self.environment["OPENAI_BASE_URL"]
        self.key = self.environment["OPENAI_API_KEY"]
        self._clients: dict[str, Any] = {}

    def client(self, **options: Any) -> Any:
        from openai import OpenAI

        name = repr(options)  # making one takes longer than most calls
        if name not in self._clients:
            options = {"base_url": self.url, "api_key": self.key, "max_retries": 0, "timeout": 10, **options}
            self._clients[name] = OpenAI(**options)
        return self._clients[name]

    def say(self, *messages: str | dict[str, Any], model: str = "small", **options: Any) -> Any:
        """A completion; a text is the user's message."""
        sent = [{"role": "user", "content": m} if isinstance(m, str) else m for m in messages]
        return self.client().chat.completions.create(model=model, messages=sent, **{"temperature": 0, **options})

    def text(self, *messages: str | dict[str, Any], **options: Any) -> str:
        return str(self.say(*messages, **options).choices[0].message.content)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.gateway.close()


@contextmanager
def world(text: str = WORLD, seed: int = 7) -> Iterator[World]:
    made = World(Gateway(settings(text), seed))
    try:
        yield made
    finally:
        made.close()


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}
