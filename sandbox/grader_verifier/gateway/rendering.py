"""Replies as they go over the wire: one body, or the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import chat, responses
from .records import Ask, Reply


def _chat_body(*given: Any) -> list[bytes]:
    return [json.dumps(chat.completion(*given)).encode()]


def _response_body(ask: Ask, replies: list[Reply], *rest: Any) -> list[bytes]:
    return [json.dumps(responses.response(ask, replies[0], *rest)).encode()]


def _response_events(ask: Ask, replies: list[Reply], *rest: Any) -> list[bytes]:
    return responses.events(ask, replies[0], *rest)


RENDER: dict[tuple[str, bool], Callable[..., list[bytes]]] = {
    ("chat", False): _chat_body,
    ("chat", True): chat.chunks,
    ("responses", False): _response_body,
    ("responses", True): _response_events,
}
"""Endpoint and whether it streams → what writes the replies."""
