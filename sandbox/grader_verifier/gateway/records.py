"""What the parts of the gateway hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ApiError(Exception):
    """A request that is refused, in the words and with the status of the real service."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, kind: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.kind = kind or ("server_error" if status >= 500 else "invalid_request_error")
        self.headers: dict[str, str] = {}

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A call that the model asks for. `arguments` is text: JSON, as a rule."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a conversation. `role`: system, user, assistant or tool (developer counts as system)."""

    role: str
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A function that the caller offers."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request for text, whichever endpoint it came through."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """`auto`, `none`, `required`, or `=name` for one tool."""
    format: str = "text"
    """`text`, `json_object` or `json_schema`."""
    schema: dict[str, Any] = field(default_factory=dict)
    strict: bool = False
    temperature: float = 1.0
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    n: int = 1
    stream: bool = False
    include_usage: bool = False

    @property
    def last(self) -> Message:
        return self.messages[-1]

    def last_of(self, role: str) -> str:
        """Text of the last message with `role`; empty where there is none."""
        return next((message.text for message in reversed(self.messages) if message.role == role), "")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the model says. `finish`: stop, length or tool_calls."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str = ""
    finish: str = "stop"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one request, counted by `tokens`."""

    prompt: int
    completion: int = 0
