"""POST /v1/responses: the basic form, with function tools, text formats and streaming. Nothing is stored."""

from __future__ import annotations

import json
from typing import Any

from . import chat
from .checking import check, text_of, wrong_type, wrong_value
from .records import ApiError, Ask, Message, Reply, Tool, ToolCall, Usage

KNOWN: dict[str, tuple[Any, ...]] = {
    "model": ("string",), "input": ("any",), "instructions": ("string",), "temperature": ("number", 0, 2),
    "top_p": ("number", 0, 1), "max_output_tokens": ("integer", 1, 1_000_000), "stream": ("boolean",),
    "stream_options": ("object",), "tools": ("array",), "tool_choice": ("any",), "parallel_tool_calls": ("boolean",),
    "text": ("object",), "metadata": ("object",), "store": ("boolean",), "user": ("string",), "include": ("array",),
    "truncation": ("string",), "reasoning": ("object",), "service_tier": ("string",), "prompt_cache_key": ("string",),
    "safety_identifier": ("string",), "max_tool_calls": ("integer",), "background": ("boolean",),
}  # fmt: skip
_TEXTS = ("input_text", "output_text", "text", "refusal")


def parse(body: dict[str, Any]) -> Ask:
    """The request as an Ask. Raises ApiError."""
    for name in ("previous_response_id", "conversation", "prompt"):
        if body.get(name) is not None:
            raise ApiError(
                400, f"'{name}' is not supported: nothing is stored here.", code="unsupported_parameter", param=name
            )
    given = check({k: v for k, v in body.items() if v is not None}, KNOWN, ("model", "input"))
    messages = _messages(given["input"])
    if "instructions" in given:
        messages = (Message(role="system", text=given["instructions"]), *messages)
    chat.check_answered(messages)
    tools = tuple(_tool(entry, f"tools[{at}]") for at, entry in enumerate(given.get("tools", [])))
    form, schema, strict = _format(given.get("text", {}).get("format"), messages)
    return Ask(
        model=given["model"],
        messages=messages,
        tools=tools,
        tool_choice=chat.choice(given.get("tool_choice") if tools else None, tools, lambda entry: entry.get("name")),
        format=form,
        schema=schema,
        strict=strict,
        temperature=float(given.get("temperature", 1.0)),
        max_tokens=given.get("max_output_tokens"),
        stream=given.get("stream", False),
    )


def _messages(value: Any) -> tuple[Message, ...]:
    if isinstance(value, str):
        return (Message(role="user", text=value),)
    if not isinstance(value, list) or not value:
        raise wrong_type("input", "a string or a non-empty array of objects", value)
    found: list[Message] = []
    for at, entry in enumerate(value):
        message = _item(entry, f"input[{at}]")
        if message.tool_calls and found and found[-1].tool_calls:  # calls made in one breath are one message
            message = Message(role="assistant", tool_calls=(*found.pop().tool_calls, *message.tool_calls))
        found.append(message)
    return tuple(found)


def _item(entry: Any, name: str) -> Message:
    if not isinstance(entry, dict):
        raise wrong_type(name, "an object", entry)
    kind = entry.get("type", "message")
    if kind == "function_call":
        texts = {key: _text(entry, key, name) for key in ("call_id", "name", "arguments")}
        call = ToolCall(id=texts["call_id"], name=texts["name"], arguments=texts["arguments"])
        return Message(role="assistant", tool_calls=(call,))
    if kind == "function_call_output":
        text = text_of(entry.get("output"), f"{name}.output", _TEXTS)
        return Message(role="tool", text=text, tool_call_id=_text(entry, "call_id", name))
    roles = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
    role = entry.get("role")
    if kind != "message" or not isinstance(role, str) or role not in roles:
        raise wrong_value(f"{name}.role", "'assistant', 'system', 'developer', and 'user'", role)
    return Message(role=roles[role], text=text_of(entry.get("content"), f"{name}.content", _TEXTS))


def _text(entry: dict[str, Any], key: str, name: str) -> str:
    if not isinstance(entry.get(key), str):
        raise wrong_type(f"{name}.{key}", "a string", entry.get(key))
    return str(entry[key])


def _tool(entry: Any, name: str) -> Tool:
    if not isinstance(entry, dict) or entry.get("type") != "function":
        raise wrong_value(f"{name}.type", "'function'", entry.get("type") if isinstance(entry, dict) else entry)
    return chat.function_tool(entry, name)


def _format(value: Any, messages: tuple[Message, ...]) -> tuple[str, dict[str, Any], bool]:
    if value is not None and not isinstance(value, dict):
        raise wrong_type("text.format", "an object", value)
    if value and value.get("type") == "json_schema":
        return chat.schema_format(value, "text.format")
    return chat.plain_format((value or {}).get("type", "text"), messages, "text.format.type", "input")


# ------------------------------------------------------------------------------------------------ what goes back


def response(ask: Ask, reply: Reply, usage: Usage, number: str, created: int) -> dict[str, Any]:
    cut = reply.finish == "length"
    return {
        **_head(ask, number, created),
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": _output(reply, number),
        "usage": {
            "input_tokens": usage.prompt,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage.completion,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.prompt + usage.completion,
        },
    }


def _head(ask: Ask, number: str, created: int) -> dict[str, Any]:
    tools = [
        {
            "type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            "strict": tool.strict,
        }
        for tool in ask.tools
    ]  # fmt: skip
    return {
        "id": f"resp_{number}", "object": "response", "created_at": created, "status": "in_progress", "error": None,
        "incomplete_details": None, "instructions": None, "max_output_tokens": ask.max_tokens, "model": ask.model,
        "output": [], "parallel_tool_calls": True, "previous_response_id": None, "store": False,
        "temperature": ask.temperature, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": tools,
        "top_p": 1.0, "truncation": "disabled", "usage": None, "user": None, "metadata": {},
    }  # fmt: skip


def _output(reply: Reply, number: str) -> list[dict[str, Any]]:
    found = [
        {
            "id": f"fc_{call.id.removeprefix('call_')}", "type": "function_call", "status": "completed",
            "call_id": call.id, "name": call.name, "arguments": call.arguments,
        }
        for call in reply.tool_calls
    ]  # fmt: skip
    if found and not reply.text:
        return found
    status = "incomplete" if reply.finish == "length" else "completed"
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [_part(reply)],
    }
    return [message, *found]


def _part(reply: Reply) -> dict[str, Any]:
    if reply.refusal:
        return {"type": "refusal", "refusal": reply.refusal}
    return {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}


def events(ask: Ask, reply: Reply, usage: Usage, number: str, created: int) -> list[bytes]:
    """The events of a stream, numbered, `response.completed` last."""
    whole, head = response(ask, reply, usage, number, created), _head(ask, number, created)
    found: list[dict[str, Any]] = [
        {"type": "response.created", "response": head},
        {"type": "response.in_progress", "response": head},
    ]
    for at, item in enumerate(whole["output"]):
        found += _item_events(at, item)
    ending = "response.incomplete" if reply.finish == "length" else "response.completed"
    found.append({"type": ending, "response": whole})
    return [
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': at})}\n\n".encode()
        for at, event in enumerate(found)
    ]


def _item_events(at: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    place = {"output_index": at, "item_id": item["id"]}
    inner = _call_events(item, place) if item["type"] == "function_call" else _message_events(item, place)
    nothing: dict[str, Any] = {"arguments": ""} if "arguments" in item else {"content": []}
    started = {**item, "status": "in_progress", **nothing}
    return [
        {"type": "response.output_item.added", "output_index": at, "item": started},
        *inner,
        {"type": "response.output_item.done", "output_index": at, "item": item},
    ]


def _call_events(item: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    kind, text = "response.function_call_arguments", item["arguments"]
    deltas = [{"type": f"{kind}.delta", **place, "delta": piece} for piece in chat.pieces(text)]
    return [*deltas, {"type": f"{kind}.done", **place, "arguments": text, "name": item["name"]}]


def _message_events(item: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    part = item["content"][0]
    refused = part["type"] == "refusal"
    key, kind = ("refusal", "response.refusal") if refused else ("text", "response.output_text")
    shown: dict[str, Any] = {**place, "content_index": 0}
    said: dict[str, Any] = shown if refused else {**shown, "logprobs": []}
    return [
        {"type": "response.content_part.added", **shown, "part": {**part, key: ""}},
        *({"type": f"{kind}.delta", **said, "delta": piece} for piece in chat.pieces(part[key])),
        {"type": f"{kind}.done", **said, key: part[key]},
        {"type": "response.content_part.done", **shown, "part": part},
    ]
