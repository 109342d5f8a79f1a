"""A chat completion as it came: the judge's text, wherever the model put it, and what it took.

Read from the JSON itself: servers differ in more than the SDK's records allow for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.judge import refusal, reply
from grader.judge.budget import Usage
from grader.judge.documents import estimate_tokens
from grader.unseen import whole

_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Fields in which servers put what a reasoning model thinks."""


class UnusableError(Exception):
    """The completion holds no reply, and why. Never a level."""

    def __init__(self, reason: str, usage: Usage | None = None) -> None:
        super().__init__(reason)
        self.reason, self.usage = reason, usage or Usage()


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The judge's text, and what it took."""

    text: str
    usage: Usage
    fingerprint: str


def read(body: str, messages: Sequence[Mapping[str, str]], max_output: int) -> Completion:
    """The completion in the body of a 200. Raises UnusableError for what is none, for refusals and cut replies."""
    data = _object(body)
    choice = _first(data)
    message = choice["message"]
    text, thoughts = _text(message.get("content")), _thoughts(message)
    usage = _usage(data, messages, text or thoughts)
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        said = refusal.words(json.dumps(str(message.get("refusal") or "")))
        raise UnusableError(f"the judge refused to answer{f': {said}' if said else ''}", usage)
    if choice.get("finish_reason") == "length":
        spent = ", all of it for its reasoning" if thoughts and not text.strip() else ""
        hint = "max_output in [judge] raises the limit"
        raise UnusableError(f"the judge's reply was cut off at {max_output:,} tokens{spent} ({hint})", usage)
    if not text.strip():
        text = _elsewhere(message, thoughts, usage)
    fingerprint = data.get("system_fingerprint")
    fingerprint = whole(fingerprint) if isinstance(fingerprint, str) else ""
    return Completion(text=whole(text), usage=usage, fingerprint=fingerprint)


def _object(body: str) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise UnusableError(_not_json(body)) from None
    if not isinstance(data, dict):
        raise UnusableError("the judge's endpoint answered with JSON that is not a completion")
    return data


def _not_json(body: str) -> str:
    if not body.strip():
        return "the judge's endpoint answered with nothing (an empty body)"
    if body.lstrip().startswith(("data:", "event:", ":")):
        return "the judge's endpoint answered with a stream of events, which was not asked for"
    said = refusal.words(body, 120)
    page = said.startswith("a page of HTML")
    hint = "; is OPENAI_BASE_URL the address of the API, with /v1 or what stands for it?" if page else ""
    return f"the judge's endpoint answered with something that is not a completion: {said}{hint}"


def _first(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first choice, which has a message. Raises UnusableError."""
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        lacks = "without an answer in it" if isinstance(choices, list) else ""
        what = f"a completion {lacks}" if lacks else "something that is not a completion: it has no choices"
        raise UnusableError(f"the judge's endpoint answered with {what}")
    choice = choices[0]
    if isinstance(choice, dict) and choice.get("error"):
        said = refusal.words(json.dumps({"error": choice["error"]}))
        raise UnusableError(f"the judge's endpoint broke its answer off: {said}")
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise UnusableError("the judge's endpoint answered with something that is not a completion: no message in it")
    return choice


def _text(content: Any) -> str:
    """The text of `content`: a string, or the text parts of a list; reasoning parts are left out."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    plain = [part.get("text") if isinstance(part, dict) else part for part in parts if _is_text(part)]
    return "".join(text for text in plain if isinstance(text, str))


def _is_text(part: Any) -> bool:
    return isinstance(part, str) or (isinstance(part, dict) and part.get("type", "text") in {"text", "output_text"})


def _thoughts(message: Mapping[str, Any]) -> str:
    known = [message[name] for name in _REASONING if isinstance(message.get(name), str)]
    content = message.get("content")
    if isinstance(content, list):
        known += [json.dumps(part) for part in content if isinstance(part, dict) and not _is_text(part)]
    return "".join(known)


def _elsewhere(message: Mapping[str, Any], thoughts: str, usage: Usage) -> str:
    """The reply of a message without content: the arguments of its one tool call, or a whole reply that the server took
    for reasoning. Raises UnusableError that says what there is instead."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and len(calls) == 1 and isinstance(calls[0], dict):
        arguments = (calls[0].get("function") or {}).get("arguments")
        if isinstance(arguments, str):
            return arguments
        if isinstance(arguments, dict):
            return json.dumps(arguments)
    if thoughts and reply.is_object(thoughts):
        return thoughts
    if thoughts:
        raise UnusableError("the judge reasoned and gave no answer: the reply was empty beside its reasoning", usage)
    raise UnusableError("the judge's reply was empty", usage)


def _usage(data: Mapping[str, Any], messages: Sequence[Mapping[str, str]], text: str) -> Usage:
    reported = data.get("usage")
    known = reported if isinstance(reported, dict) else {}
    prompt, answer = _count(known.get("prompt_tokens")), _count(known.get("completion_tokens"))
    if prompt is not None and answer is not None:
        return Usage(prompt_tokens=prompt, completion_tokens=answer)
    estimate = sum(estimate_tokens(message["content"]) for message in messages)
    return Usage(prompt_tokens=estimate, completion_tokens=estimate_tokens(text), estimated=True)


def _count(value: Any) -> int | None:
    """A number of tokens; some servers write 10.0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**12:
        return None
    return int(value) if value == int(value) else None
