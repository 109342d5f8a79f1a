"""The tokenizer. A run of letters and digits is one token for every six characters begun; every other visible character
is one. A message costs four more, and a request three.

`"Refunds take 14 days."` is `Refund s take 14 days .`: six tokens.
"""

from __future__ import annotations

import json
import re

from .records import Ask, Message

PIECE = re.compile(r"[^\W_]{1,6}|\S")
PER_MESSAGE, PER_REQUEST = 4, 3


def count(text: str) -> int:
    """Tokens in `text`. `subn` counts in half the time of an iterator, and holds a pointer for each piece meanwhile."""
    return PIECE.subn("", text)[1]


def first(text: str, most: int) -> str:
    """The beginning of `text`, at most `most` tokens."""
    for number, piece in enumerate(PIECE.finditer(text)):
        if number == most:
            return text[: piece.start()].rstrip()
    return text


def last(text: str, most: int) -> str:
    """The end of `text`, at most `most` tokens."""
    starts = [piece.start() for piece in PIECE.finditer(text)]
    return text if len(starts) <= most else text[starts[-most] :] if most > 0 else ""


def of_message(message: Message) -> int:
    calls = sum(count(call.name) + count(call.arguments) for call in message.tool_calls)
    return PER_MESSAGE + count(message.text) + calls


def of_prompt(ask: Ask) -> int:
    """Tokens that a request is charged for: messages, tools and schema."""
    tools = sum(count(tool.name) + count(tool.description) + count(json.dumps(tool.parameters)) for tool in ask.tools)
    schema = count(json.dumps(ask.schema)) if ask.schema else 0
    return PER_REQUEST + sum(of_message(message) for message in ask.messages) + tools + schema


def within(messages: tuple[Message, ...], window: int) -> tuple[Message, ...]:
    """What a model with this context window still has before it: what the system says first, then the newest. The
    oldest message that does not fit as a whole keeps its end."""
    kept: dict[int, Message] = {}
    left = window
    system = [at for at, message in enumerate(messages) if message.role == "system"]
    others = [at for at in range(len(messages) - 1, -1, -1) if at not in set(system)]
    for at in (*system, *others):
        message = messages[at]
        size = of_message(message)
        if size <= left:
            kept[at] = message
        elif left > PER_MESSAGE:
            cut = first if message.role == "system" else last
            text = cut(message.text, left - PER_MESSAGE)
            kept[at] = Message(role=message.role, text=text, tool_call_id=message.tool_call_id)
        left -= size
        if left <= 0:
            break
    return tuple(kept[at] for at in sorted(kept))
