"""Answers of a real model, in the place of the scripted one: out of a cassette, or asked of the host.

The verifier has no network and gets none. What is not in the cassette goes to the host as an event, over the stream
that the two have anyway, and comes back as a line. A cassette holds no more than texts, tool calls and figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .records import ApiError, Ask, Message, Reply, ToolCall

AskHost = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Hands a request to the host and waits for its answer: an entry of a cassette, or `{"status", "message"}`."""
CASSETTE, LIVE = "cassette", "live"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a real model said to one request. Seconds as they were when it was asked."""

    replies: tuple[Reply, ...]
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    source: str


class Live:
    """`answers`: digest of a request → entry. Without `ask`, what is not in there is the scripted model's."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]], ask: AskHost | None = None) -> None:
        self._answers, self._ask = answers, ask
        self.blocks = ask is not None
        """Whether an answer may take as long as a network does."""

    def answer(self, ask: Ask, digest: str, most: int) -> Said | None:
        """The real model's answer; None where there is none to be had. `most`: tokens that it may write. Raises
        ApiError for a request that the real endpoint does not take."""
        entry = self._answers.get(digest)
        if entry is None and self._ask is not None:
            entry = self._ask({"digest": digest, "model": ask.model, "body": chat_body(ask, most)})
        if entry is None:
            return None
        if "status" in entry:
            raise ApiError(int(entry["status"]), str(entry["message"]))
        return Said(
            replies=tuple(_reply(choice) for choice in entry["replies"]),
            prompt_tokens=int(entry["prompt_tokens"]),
            completion_tokens=int(entry["completion_tokens"]),
            seconds=float(entry["seconds"]),
            source=str(entry.get("source", CASSETTE)),
        )


def _reply(choice: Mapping[str, Any]) -> Reply:
    calls = tuple(ToolCall(name=call["name"], arguments=call["arguments"]) for call in choice["tool_calls"])
    return Reply(text=choice["text"], tool_calls=calls, refusal=choice["refusal"], finish=choice["finish"])


def chat_body(ask: Ask, most: int) -> dict[str, Any]:
    """The request as a chat completion, whichever endpoint it came through; it may never write more than `most`."""
    body: dict[str, Any] = {
        "model": ask.model,
        "messages": [_message(message) for message in ask.messages],
        "temperature": ask.temperature,
        "max_completion_tokens": min(ask.max_tokens or most, most),
        "n": ask.n,
    }
    if ask.tools:
        body["tools"] = [{"type": "function", "function": asdict(tool)} for tool in ask.tools]
        named = ask.tool_choice.startswith("=")
        function = {"type": "function", "function": {"name": ask.tool_choice[1:]}}
        body["tool_choice"] = function if named else ask.tool_choice
    if ask.format == "json_schema":
        schema = {"name": "answer", "schema": ask.schema, "strict": ask.strict}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif ask.format != "text":
        body["response_format"] = {"type": ask.format}
    if ask.seed is not None:
        body["seed"] = ask.seed
    if ask.stop:
        body["stop"] = list(ask.stop)
    return body


def _message(message: Message) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.tool_calls:
        plain["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.role == "tool":
        plain["tool_call_id"] = message.tool_call_id
    return plain
