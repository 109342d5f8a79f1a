"""POST /v1/chat/completions: request → Ask, replies → completion or chunks."""

from __future__ import annotations

import json
import re
from typing import Any

from .checking import check, is_kind, text_of, wrong_type, wrong_value
from .records import ApiError, Ask, Message, Reply, Tool, ToolCall, Usage

_ONE = ("number", 0, 1)
_PENALTY = ("number", -2, 2)
_COUNT = ("integer", 1, 1_000_000)
KNOWN: dict[str, tuple[Any, ...]] = {
    "model": ("string",), "messages": ("array",), "temperature": ("number", 0, 2), "top_p": _ONE,
    "n": ("integer", 1, 8), "max_tokens": _COUNT, "max_completion_tokens": _COUNT, "stream": ("boolean",),
    "stream_options": ("object",), "stop": ("any",), "presence_penalty": _PENALTY, "frequency_penalty": _PENALTY,
    "seed": ("integer",), "user": ("string",), "metadata": ("object",), "store": ("boolean",), "tools": ("array",),
    "tool_choice": ("any",), "parallel_tool_calls": ("boolean",), "response_format": ("object",),
    "logit_bias": ("object",), "logprobs": ("boolean",), "top_logprobs": ("integer", 0, 20),
    "service_tier": ("string",), "reasoning_effort": ("string",), "verbosity": ("string",),
    "prompt_cache_key": ("string",), "safety_identifier": ("string",), "prompt_cache_retention": ("string",),
}  # fmt: skip
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_STREAMED = re.compile(r"\s*\S+|\s+")


def parse(body: dict[str, Any]) -> Ask:
    """The request as an Ask. Raises ApiError."""
    given = check(body, KNOWN, ("model", "messages"))
    if given.get("logprobs"):
        raise ApiError(400, "This model does not support 'logprobs'.", code="unsupported_parameter", param="logprobs")
    messages = tuple(_message(entry, f"messages[{at}]") for at, entry in enumerate(given["messages"]))
    if not messages:
        raise ApiError(
            400, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array.",
            code="empty_array", param="messages",
        )  # fmt: skip
    check_answered(messages)
    tools = tuple(_tool(entry, f"tools[{at}]") for at, entry in enumerate(given.get("tools", [])))
    form, schema, strict = _format(given.get("response_format"), messages)
    options = given.get("stream_options", {})
    if options and not given.get("stream"):
        raise ApiError(
            400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
        )
    return Ask(
        model=given["model"],
        messages=messages,
        tools=tools,
        tool_choice=choice(given.get("tool_choice"), tools, lambda entry: entry.get("function", {}).get("name")),
        format=form,
        schema=schema,
        strict=strict,
        temperature=float(given.get("temperature", 1.0)),
        seed=given.get("seed"),
        max_tokens=given.get("max_completion_tokens", given.get("max_tokens")),
        stop=_stops(given.get("stop")),
        n=given.get("n", 1),
        stream=given.get("stream", False),
        include_usage=bool(options.get("include_usage")),
    )


def _message(entry: Any, name: str) -> Message:
    if not isinstance(entry, dict):
        raise wrong_type(name, "an object", entry)
    role = entry.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise wrong_value(f"{name}.role", "'system', 'assistant', 'user', 'tool', and 'developer'", role)
    calls = entry.get("tool_calls") or []
    if not isinstance(calls, list):
        raise wrong_type(f"{name}.tool_calls", "an array", calls)
    content = entry.get("content")
    if content is None and not (role == "assistant" and (calls or entry.get("refusal"))):
        raise wrong_type(f"{name}.content", "a string", content)
    return Message(
        role=_ROLES[role],
        text="" if content is None else text_of(content, f"{name}.content", ("text", "refusal")),
        tool_calls=tuple(_call(call, f"{name}.tool_calls[{at}]") for at, call in enumerate(calls)),
        tool_call_id=_text(entry, "tool_call_id", name) if role == "tool" else "",
    )


def _call(entry: Any, name: str) -> ToolCall:
    function = entry.get("function") if isinstance(entry, dict) else None
    if not isinstance(function, dict):
        raise wrong_type(name, "an object", entry)
    arguments = _text(function, "arguments", f"{name}.function")
    return ToolCall(id=_text(entry, "id", name), name=_text(function, "name", f"{name}.function"), arguments=arguments)


def _text(entry: dict[str, Any], key: str, name: str) -> str:
    if key not in entry:
        raise ApiError(
            400,
            f"Missing required parameter: '{name}.{key}'.",
            code="missing_required_parameter",
            param=f"{name}.{key}",
        )
    if not isinstance(entry[key], str):
        raise wrong_type(f"{name}.{key}", "a string", entry[key])
    return str(entry[key])


def check_answered(messages: tuple[Message, ...]) -> None:
    """Each tool message answers a call that the model made, and each call is answered before anything else."""
    waiting: list[str] = []
    for at, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                raise ApiError(
                    400,
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
                    "'tool_calls'.",
                    param=f"messages.[{at}].role",
                )
            waiting.remove(message.tool_call_id)
            continue
        if waiting:
            break
        waiting = [call.id for call in message.tool_calls]
    if waiting:
        raise ApiError(
            400,
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(waiting)[:200]}",
            param="messages",
        )


def _tool(entry: Any, name: str) -> Tool:
    if not isinstance(entry, dict) or entry.get("type") != "function" or not isinstance(entry.get("function"), dict):
        raise wrong_value(f"{name}.type", "'function'", entry.get("type") if isinstance(entry, dict) else entry)
    return function_tool(entry["function"], f"{name}.function")


def function_tool(function: dict[str, Any], name: str) -> Tool:
    """The description of a function, checked."""
    called = _text(function, "name", name)
    if not _NAME.fullmatch(called):
        raise ApiError(
            400,
            f"Invalid '{name}.name': string does not match pattern. Expected a string that matches the pattern "
            "'^[a-zA-Z0-9_-]+$'.",
            code="invalid_value",
            param=f"{name}.name",
        )
    description, parameters = function.get("description") or "", function.get("parameters") or {}
    for key, value, kind, word in (
        ("description", description, "string", "a string"),
        ("parameters", parameters, "object", "an object"),
    ):
        if not is_kind(value, kind):
            raise wrong_type(f"{name}.{key}", word, value)
    return Tool(name=called, description=description, parameters=parameters, strict=function.get("strict") is True)


def choice(value: Any, tools: tuple[Tool, ...], named: Any) -> str:
    """`tool_choice` as an Ask has it; `named` finds the name in its object form."""
    if value is None:
        return "auto"
    if not tools:
        raise ApiError(400, "'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
    if isinstance(value, str) and value in ("auto", "none", "required"):
        return value
    name = named(value) if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in {tool.name for tool in tools}:
        raise wrong_value("tool_choice", "'none', 'auto', and 'required'", name or value)
    return f"={name}"


def _stops(value: Any) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value or []
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(stop, str) for stop in stops):
        raise wrong_type("stop", "a string or an array of at most 4 strings", value)
    return tuple(stops)


def _format(value: dict[str, Any] | None, messages: tuple[Message, ...]) -> tuple[str, dict[str, Any], bool]:
    kind = (value or {}).get("type", "text")
    if kind == "json_schema":
        inner = (value or {}).get("json_schema")
        if not isinstance(inner, dict):
            raise ApiError(
                400, "Missing required parameter: 'response_format.json_schema'.",
                code="missing_required_parameter", param="response_format.json_schema",
            )  # fmt: skip
        return schema_format(inner, "response_format.json_schema")
    return plain_format(kind, messages, "response_format.type", "messages")


def schema_format(inner: dict[str, Any], name: str) -> tuple[str, dict[str, Any], bool]:
    _text(inner, "name", name)
    schema = inner.get("schema", {})
    if not isinstance(schema, dict):
        raise wrong_type(f"{name}.schema", "an object", schema)
    strict = inner.get("strict") is True
    if strict and schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        raise ApiError(
            400,
            f"Invalid schema for response_format '{str(inner['name'])[:64]}': In context=(), 'additionalProperties' is "
            "required to be supplied and to be false.",
            param=name.split(".")[0],
        )
    return "json_schema", schema, strict


def plain_format(kind: Any, messages: tuple[Message, ...], name: str, where: str) -> tuple[str, dict[str, Any], bool]:
    if kind not in ("text", "json_object"):
        raise wrong_value(name, "'json_object', 'json_schema', and 'text'", kind)
    if kind == "json_object" and not any("json" in message.text.lower() for message in messages):
        raise ApiError(
            400,
            f"'{where}' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            param=where,
        )
    return kind, {}, False


# ------------------------------------------------------------------------------------------------ what goes back


def completion(ask: Ask, replies: list[Reply], usage: Usage, number: str, created: int) -> dict[str, Any]:
    choices = [
        {"index": at, "message": _spoken(reply), "logprobs": None, "finish_reason": reply.finish}
        for at, reply in enumerate(replies)
    ]
    head = _head(ask, number, created, "chat.completion")
    return {**head, "choices": choices, "usage": usage_block(usage)}


def _head(ask: Ask, number: str, created: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{number}", "object": kind, "created": created, "model": ask.model,
        "service_tier": "default", "system_fingerprint": "fp_scripted",
    }  # fmt: skip


def _spoken(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if reply.refusal or (reply.tool_calls and not reply.text) else reply.text,
        "refusal": reply.refusal or None,
        "annotations": [],
    }
    if reply.tool_calls:
        message["tool_calls"] = [_wired(call) for call in reply.tool_calls]
    return message


def _wired(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def usage_block(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt, "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    }  # fmt: skip


def chunks(ask: Ask, replies: list[Reply], usage: Usage, number: str, created: int) -> list[bytes]:
    """The events of a stream, `[DONE]` last."""
    head = _head(ask, number, created, "chat.completion.chunk")
    rest = {"usage": None} if ask.include_usage else {}
    found = []
    for at, reply in enumerate(replies):
        deltas = [{"role": "assistant", "content": "" if reply.text else None, "refusal": None}, *_deltas(reply)]
        found += [{**head, "choices": [_choice(at, delta, None)], **rest} for delta in deltas]
        found.append({**head, "choices": [_choice(at, {}, reply.finish)], **rest})
    if ask.include_usage:
        found.append({**head, "choices": [], "usage": usage_block(usage)})
    return [*(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in found), b"data: [DONE]\n\n"]


def _choice(at: int, delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": at, "delta": delta, "logprobs": None, "finish_reason": finish}


def _deltas(reply: Reply) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"content": piece} for piece in pieces(reply.text)]
    found += [{"refusal": piece} for piece in pieces(reply.refusal)]
    for at, call in enumerate(reply.tool_calls):
        start = {"index": at, **_wired(call)}
        start["function"] = {"name": call.name, "arguments": ""}
        found.append({"tool_calls": [start]})
        found += [{"tool_calls": [{"index": at, "function": {"arguments": piece}}]} for piece in pieces(call.arguments)]
    return found


def pieces(text: str) -> list[str]:
    """`text` as it is streamed: a word at a time, at most 400 pieces."""
    words = _STREAMED.findall(text)
    step = -(-len(words) // 400) or 1
    return ["".join(words[at : at + step]) for at in range(0, len(words), step)]
