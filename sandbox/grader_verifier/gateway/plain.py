"""Records as plain data, for the line between the two processes, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .meter import Call
from .records import Ask, Message, Reply, Tool, ToolCall


def plain_reply(reply: Reply) -> dict[str, Any]:
    return asdict(reply)


def reply_of(plain: dict[str, Any]) -> Reply:
    return Reply(**{**plain, "tool_calls": _calls(plain["tool_calls"])})


def plain_call(call: Call) -> dict[str, Any]:
    return {
        **vars(call),
        "messages": [{**vars(m), "tool_calls": [vars(c) for c in m.tool_calls]} for m in call.messages],
        "tool_calls": [vars(c) for c in call.tool_calls],
    }


def call_of(plain: dict[str, Any]) -> Call:
    return Call(
        **{
            **plain,
            "messages": _messages(plain["messages"]),
            "tools": tuple(plain["tools"]),
            "inputs": tuple(plain["inputs"]),
            "tool_calls": _calls(plain["tool_calls"]),
        }
    )


def plain_ask(ask: Ask) -> dict[str, Any]:
    return {
        **vars(ask),
        "messages": [{**vars(m), "tool_calls": [vars(c) for c in m.tool_calls]} for m in ask.messages],
        "tools": [vars(tool) for tool in ask.tools],
    }


def ask_of(plain: dict[str, Any]) -> Ask:
    return Ask(
        **{
            **plain,
            "messages": _messages(plain["messages"]),
            "tools": tuple(Tool(**tool) for tool in plain["tools"]),
            "stop": tuple(plain["stop"]),
        }
    )


def _messages(plain: list[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(Message(**{**message, "tool_calls": _calls(message["tool_calls"])}) for message in plain)


def _calls(plain: list[dict[str, Any]]) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(**call) for call in plain)
