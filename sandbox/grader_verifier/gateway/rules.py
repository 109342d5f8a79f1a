"""Rules of model.yaml: when a request looks like this, say that.

A pattern is text in which `{name}` stands for one word (letters and digits, joined by single - . @ + : / #), kept under
that name. Case and the width of white space do not matter. Patterns are no regular expressions: none can be made slow
by what a candidate sends.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from .records import Ask, Reply, ToolCall

_NAME = re.compile(r"\{(\w+)\}")
_CAPTURED = r"\w{1,60}+(?:[-.@+:/#]\w{1,60}+){0,20}+"


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern` as an expression that takes time in proportion to the text."""
    parts = _NAME.split(pattern)
    spoken = [
        f"(?P<{part}>{_CAPTURED})" if at % 2 else r"\s{1,20}+".join(map(re.escape, re.split(r"\s+", part)))
        for at, part in enumerate(parts)
    ]
    return re.compile("".join(spoken), re.IGNORECASE)


def match(patterns: list[str], text: str) -> dict[str, str] | None:
    """What the first pattern that is found in `text` captures; None where none is."""
    for pattern in patterns:
        found = compiled(pattern).search(text)
        if found:
            return found.groupdict()
    return None


def fill(template: Any, values: dict[str, str]) -> Any:
    """`template` with each `{name}` replaced, also inside lists and objects."""
    if isinstance(template, str):
        return _NAME.sub(lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, list):
        return [fill(item, values) for item in template]
    if isinstance(template, dict):
        return {key: fill(item, values) for key, item in template.items()}
    return template


def applies(when: dict[str, Any], ask: Ask) -> dict[str, str] | None:
    """The captures of a rule that fits the request; None where it does not."""
    offered = {tool.name for tool in ask.tools}
    called = {call.name for message in ask.messages for call in message.tool_calls}
    fits = (
        when["model"] in ("", ask.model)
        and when["last"] in ("", ask.last.role)
        and set(when["offers"]) <= offered
        and set(when["called"]) <= called
        and not set(when["not_called"]) & called
    )
    if not fits:
        return None
    values: dict[str, str] = {}
    for key, text in (
        ("system_says", ask.last_of("system")),
        ("user_says", ask.last_of("user")),
        ("tool_says", ask.last_of("tool")),
        ("says", ask.last.text),
    ):
        if when[key]:
            found = match(when[key], text)
            if found is None:
                return None
            values |= found
    return {**values, "user": ask.last_of("user"), "last": ask.last.text}


def reply(output: dict[str, Any], values: dict[str, str]) -> Reply:
    """The reply that a rule or a line of a script describes, with one of reply, json, calls or refusal."""
    if output.get("refusal"):
        return Reply(refusal=fill(output["refusal"], values))
    if output.get("calls"):
        calls = tuple(
            ToolCall(name=call["name"], arguments=json.dumps(fill(call.get("arguments", {}), values)))
            for call in output["calls"]
        )
        return Reply(text=fill(output.get("reply") or "", values), tool_calls=calls, finish="tool_calls")
    if output.get("json") is not None:
        return Reply(text=json.dumps(fill(output["json"], values), ensure_ascii=False))
    return Reply(text=fill(output.get("reply") or "", values))
