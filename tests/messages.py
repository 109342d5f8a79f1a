"""Whether a message is one of the protocol's: its typed dictionaries, which are for mypy, made to hold at run time."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

import grader_protocol


@cache
def _kinds() -> dict[str, Any]:
    """The typed dictionaries by name."""
    with open(str(grader_protocol.__file__), encoding="utf-8") as file:
        source = file.read()
    switch = "TYPE_CHECKING = False"
    assert source.count(f"\n{switch}\n") == 1
    made = types.ModuleType("typed_protocol")
    exec(compile(source.replace(switch, "TYPE_CHECKING = True"), "grader_protocol.py", "exec"), vars(made))  # noqa: S102
    return {name: kind for name, kind in vars(made).items() if typing.is_typeddict(kind)} | {"": vars(made)}


def wrong(message: Mapping[str, Any], name: str) -> str:
    """What keeps `message` from being the protocol's `name`; empty where nothing does."""
    kind = _kinds()[name]
    fields = typing.get_type_hints(kind, _kinds()[""], include_extras=True)
    optional = {key for key, wanted in fields.items() if typing.get_origin(wanted) is typing.NotRequired}
    found = [f"lacks {key}" for key in sorted(fields.keys() - optional - message.keys())]
    found += [f"has {key}" for key in sorted(message.keys() - fields.keys())]
    found += [
        f"{key} is {type(message[key]).__name__}"
        for key, wanted in fields.items()
        if key in message and not _fits(message[key], wanted)
    ]
    return f"{name}: {', '.join(found)}" if found else ""


def wrong_event(event: Mapping[str, Any]) -> str:
    """As `wrong`, for whichever event it is."""
    hints = {name: typing.get_type_hints(kind, _kinds()[""]) for name, kind in _kinds().items() if name}
    for name, fields in hints.items():
        if "event" in fields and event["event"] in typing.get_args(fields["event"]):
            return wrong(event, name)
    return f"{event['event']!r} is no event"


def _fits(value: Any, wanted: Any) -> bool:
    origin, parts = typing.get_origin(wanted), typing.get_args(wanted)
    if wanted is Any or wanted is object:
        return True
    if origin is typing.NotRequired:
        return _fits(value, parts[0])
    if origin is typing.Literal:
        return value in parts
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, part) for part in parts)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, parts[0]) for item in value)
    if origin is tuple:
        return len(value) == len(parts) and all(map(_fits, value, parts))
    if origin is not None:
        return isinstance(value, Mapping)
    if typing.is_typeddict(wanted):
        return not wrong(value, wanted.__name__)
    if wanted is float:
        return type(value) in (int, float)
    return type(value) is (type(None) if wanted is None else wanted)
