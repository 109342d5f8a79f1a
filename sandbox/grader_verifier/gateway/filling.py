"""JSON as a model fills it in: a value for a schema, from an answer and the question."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from . import words
from .reader import Answer

_LISTS_OF_IDS = ("citation", "source", "ids", "reference", "document", "evidence")
_ONE_ID = ("citation", "source", "doc_id", "document_id", "reference")
_ENTITY = re.compile(r"\b[A-Za-z]{0,20}[-_#]?\d[\w-]{0,30}")
_EMAIL = re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_DEPTH = 20
_MOST_PARTS, _MOST_TEXT = 2000, 200_000
"""Values of one answer, and characters in them. A schema may name itself twice in each of its parts."""


class Filler:
    """Fills schemas from one answer. `labels`: a value of an enum → words that speak for it."""

    def __init__(self, answer: Answer, user: str, labels: dict[str, list[str]]) -> None:
        self.answer, self.user, self.labels = answer, user, labels
        self._parts, self._text_left = 0, _MOST_TEXT

    def fill(self, schema: Any, name: str = "", root: dict[str, Any] | None = None, depth: int = 0) -> Any:
        self._parts += 1
        if not isinstance(schema, dict) or depth > _DEPTH or self._parts > _MOST_PARTS or self._text_left < 0:
            return None
        root = schema if root is None else root
        schema = self._resolve(schema, root)
        if "const" in schema:
            return self._counted(schema["const"])
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._counted(self._choose(schema["enum"]))
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        make = {"object": self._object, "array": self._array}.get(kind)
        return make(schema, name, root, depth) if make else self._plain(kind, name, schema)

    def _resolve(self, schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
        for _ in range(_DEPTH):
            choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if isinstance(schema.get("$ref"), str):
                schema = _follow(schema["$ref"], root)
            elif isinstance(choices, list) and choices:
                schema = next((c for c in choices if isinstance(c, dict) and c.get("type") != "null"), {})
            else:
                break
        return schema

    def _object(self, schema: dict[str, Any], _name: str, root: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        listed = list(properties.items())[:100] if isinstance(properties, dict) else []
        return {self._counted(key): self.fill(inner, key, root, depth + 1) for key, inner in listed}

    def _array(self, schema: dict[str, Any], name: str, root: dict[str, Any], depth: int) -> list[Any]:
        item = schema.get("items", {"type": "string"})
        plain = isinstance(item, dict) and self._resolve(item, root).get("type", "string") == "string"
        if any(part in name.lower() for part in _LISTS_OF_IDS) and plain:
            return list(self.answer.ids)
        value = self.fill(item, name, root, depth + 1)
        return [value] if self.answer.known and value is not None else []

    def _plain(self, kind: str, name: str, schema: dict[str, Any]) -> Any:
        low = name.lower()
        if kind == "boolean":
            negative = any(part in low for part in ("escalat", "human", "refus", "unknown", "missing"))
            return self.answer.known != negative
        if kind in ("integer", "number"):
            return self._number(kind, low, schema)
        if kind == "null":
            return None
        return self._counted(self._text(low))

    def _counted(self, value: Any) -> Any:
        self._text_left -= len(value) if isinstance(value, str) else len(json.dumps(value))
        return value

    def _number(self, kind: str, name: str, schema: dict[str, Any]) -> float:
        if any(part in name for part in ("confidence", "score", "probability")):
            value = 0.9 if self.answer.known else 0.6
        else:
            found = _NUMBER.search(self.answer.text) or _NUMBER.search(self.user)
            value = float(found[0]) if found else 0.0
        for key, pick in (("minimum", max), ("maximum", min)):
            if isinstance(schema.get(key), int | float):
                value = pick(value, schema[key])
        return int(value) if kind == "integer" else value

    def _text(self, name: str) -> str:
        if name in _ONE_ID:
            return self.answer.ids[0] if self.answer.ids else ""
        if "quote" in name or "evidence" in name:
            return self.answer.quote
        if any(part in name for part in ("query", "question", "search", "keyword")):
            return self.answer.question
        found = _EMAIL.search(self.user) if "mail" in name else None
        if name.endswith(("id", "number", "code", "reference")):
            found = _ENTITY.search(self.user)
        return found[0] if found else self.answer.text

    @cached_property
    def _asked(self) -> set[str]:
        return set(words.content(f"{self.answer.question} {self.user}"))

    def _choose(self, values: list[Any]) -> Any:
        """The value that most words of the question speak for; the first where none does."""
        asked = self._asked

        def votes(value: Any) -> int:
            spoken = words.content(str(value).replace("_", " "))
            for word in self.labels.get(str(value), []):
                spoken += words.content(word)
            return len(asked & set(spoken))

        return max(values[:200], key=votes)


def _follow(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(part) if part and isinstance(found, dict) else found
    return found if isinstance(found, dict) else {}


def asked_for(instructions: str) -> dict[str, Any]:
    """The schema of an object whose keys the instructions show: `{"answer": …, "citations": […]}`."""
    keys = list(dict.fromkeys(re.findall(r"[\"'`](\w{1,40})[\"'`]\s{0,3}:", instructions)))[:50]
    kinds = {key: _kind(key) for key in keys or ["answer", "citations"]}
    return {"type": "object", "properties": kinds}


def _kind(key: str) -> dict[str, Any]:
    if any(part in key.lower() for part in _LISTS_OF_IDS):
        return {"type": "array", "items": {"type": "string"}}
    if any(part in key.lower() for part in ("confidence", "score")):
        return {"type": "number"}
    return {"type": "string"}
