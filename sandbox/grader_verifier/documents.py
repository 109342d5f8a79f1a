"""YAML and JSON that a candidate wrote, read as plain data and within bounds.

Plain data: lists, dictionaries, text, true and false, null and finite numbers; a date stays text. A document that wants
more of its reader (merge keys, aliases, tags), or would take long or much to read, is refused, which fails the test.
"""

from __future__ import annotations

import time
from typing import Any

from grader_verifier import wire
from grader_verifier.blame import CandidateError

MOST_BYTES = 1 << 20
MOST_PARTS = 100_000
MOST_SECONDS = 5.0
"""Processor time for one YAML document."""
_TEXT = ("tag:yaml.org,2002:str", "!")
_BOOLEANS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}
_NO_KEY = object()


def read_json(content: str | bytes, name: str = "the text", most: int = MOST_BYTES) -> Any:
    """The value in `content`, under the rules for replies. Raises CandidateError, which names the document."""
    raw = _bytes(content, name, most).removeprefix(b"\xef\xbb\xbf")
    try:
        return wire.parse(raw)
    except wire.BadReplyError as problem:
        raise refused(name, str(problem)) from None


def read_yaml(content: str | bytes, name: str = "the text", most: int = MOST_BYTES) -> Any:
    """The value of the one document in `content`. Raises CandidateError, which names the document."""
    text = _bytes(content, name, most).decode("utf-8-sig", "replace")
    import yaml

    try:
        return _build(yaml, text)
    except wire.BadReplyError as problem:
        raise refused(name, str(problem)) from None
    except yaml.YAMLError as problem:
        raise refused(name, f"it is not YAML: {' '.join(str(problem).split())[:300]}") from None
    except Exception as problem:  # whatever a reader of YAML does with a text is the text's doing
        raise refused(name, f"it is not YAML: {type(problem).__name__}") from None


def refused(name: str, why: str) -> CandidateError:
    return CandidateError("BadDocument", f"{name} cannot be used: {why}")


def _bytes(content: str | bytes, name: str, most: int) -> bytes:
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if len(raw) > most:
        raise refused(name, f"it has {len(raw):,} bytes; at most {most:,} are read")
    return raw


def _build(yaml: Any, text: str) -> Any:
    """Event by event, with a stack of its own: nothing here grows faster than the text, and nothing recurses."""
    builder, loader = _Builder(yaml), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    ends = time.thread_time() + MOST_SECONDS
    for number, event in enumerate(yaml.parse(text, Loader=loader)):
        if number > MOST_PARTS or (number % 500 == 0 and time.thread_time() > ends):
            raise wire.BadReplyError(f"it takes too long to read, or has more than {MOST_PARTS:,} parts")
        builder.take(event)
    return builder.value


class _Builder:
    """Makes the value of a document out of the parser's events. Raises BadReplyError."""

    def __init__(self, yaml: Any) -> None:
        self.yaml, self.value, self.documents = yaml, None, 0
        self._resolver, self._wholes = yaml.resolver.Resolver(), wire.Wholes()
        self._open: list[list[Any]] = []
        """Lists and dictionaries that have begun, each with the key that waits for its value."""

    def take(self, event: Any) -> None:
        events = self.yaml.events
        if isinstance(event, events.AliasEvent):
            raise self._problem(event, f"the alias *{event.anchor:.40} is not followed; write the value out")
        if isinstance(event, events.ScalarEvent):
            self._add(event, self._scalar(event))
        elif isinstance(event, events.MappingStartEvent | events.SequenceStartEvent):
            self._begin(event, {} if isinstance(event, events.MappingStartEvent) else [])
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._problem(event, "a second document begins")

    def _begin(self, event: Any, made: Any) -> None:
        if event.tag is not None and not event.implicit:
            raise self._problem(event, f"the tag {event.tag:.60} is not known")
        if len(self._open) >= wire.MAX_DEPTH:
            raise self._problem(event, f"it is nested deeper than {wire.MAX_DEPTH} levels")
        if self._open and isinstance(self._open[-1][0], dict) and self._open[-1][1] is _NO_KEY:
            raise self._problem(event, "a key is a list or a dictionary")
        self._add(event, made)
        self._open.append([made, _NO_KEY])

    def _add(self, event: Any, value: Any) -> None:
        if not self._open:
            self.value = value
            return
        holder, key = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif key is _NO_KEY:
            if value in holder:
                raise self._problem(event, f"the key {str(value)!r:.60} stands twice")
            self._open[-1][1] = value
        else:
            holder[key], self._open[-1][1] = value, _NO_KEY

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None:
            if event.tag not in _TEXT:
                raise self._problem(event, f"the tag {event.tag:.60} is not known")
            return event.value
        if not event.implicit[0]:
            return event.value
        kind = self._resolver.resolve(self.yaml.ScalarNode, event.value, event.implicit).rpartition(":")[2]
        if kind == "merge":
            raise self._problem(event, "the merge key << is not followed; write the keys out")
        if kind == "null":
            return None
        if kind == "bool":
            return _BOOLEANS[event.value.lower()]
        if kind in ("int", "float") and ":" not in event.value:
            return self._number(event, kind, event.value.replace("_", "").lower())
        return event.value

    def _number(self, event: Any, kind: str, text: str) -> float:
        if kind == "float":
            number = float("inf") if text.lstrip("+-") in (".inf", ".nan") else float(text)
            if abs(number) == float("inf"):
                raise self._problem(event, f"{event.value:.40} is not a finite number")
            return number
        sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
        base = {"0b": 2, "0x": 16}.get(digits[:2], 8 if digits.startswith("0") and len(digits) > 1 else 10)
        return sign * self._wholes.read(digits[2:] if base in (2, 16) else digits, base)

    def _problem(self, event: Any, what: str) -> wire.BadReplyError:
        return wire.BadReplyError(f"line {event.start_mark.line + 1}: {what}")
