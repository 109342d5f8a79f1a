"""Parameters of a request, checked as the real service checks them."""

from __future__ import annotations

from typing import Any

from .records import ApiError

Kind = tuple[Any, ...]
"""("number", low, high), ("integer", low, high), ("boolean",), ("string",), ("array",), ("object",) or ("any",)."""

_WORDS = {
    "number": "a decimal",
    "integer": "an integer",
    "boolean": "a boolean",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


def check(body: dict[str, Any], known: dict[str, Kind], required: tuple[str, ...]) -> dict[str, Any]:
    """`body` without its nulls. Raises ApiError (400) for the first thing that is wrong."""
    for name in body:
        if name not in known:
            raise ApiError(400, f"Unknown parameter: '{name[:100]}'.", code="unknown_parameter", param=name[:100])
    given = {name: value for name, value in body.items() if value is not None}
    for name in required:
        if name not in given:
            raise ApiError(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    for name, value in given.items():
        _check_one(name, value, known[name])
    return given


def _check_one(name: str, value: Any, kind: Kind) -> None:
    if kind[0] == "any":
        return
    if not is_kind(value, kind[0]):
        raise wrong_type(name, _WORDS[kind[0]], value)
    if len(kind) < 3:
        return
    noun, code = ("integer", "integer") if kind[0] == "integer" else ("decimal", "decimal")
    for bound, word, sign, far in (
        (kind[1], "below minimum", ">=", value < kind[1]),
        (kind[2], "above maximum", "<=", value > kind[2]),
    ):
        if far:
            raise ApiError(
                400,
                f"Invalid '{name}': {noun} {word} value. Expected a value {sign} {bound}, but got {value:g} instead.",
                code=f"{code}_{word.replace(' ', '_')}_value".replace("minimum", "min").replace("maximum", "max"),
                param=name,
            )


def is_kind(value: Any, kind: str) -> bool:
    """Whether a JSON value is of that kind; a boolean is no number."""
    if kind in ("number", "integer"):
        return not isinstance(value, bool) and isinstance(value, int if kind == "integer" else int | float)
    return isinstance(value, {"boolean": bool, "string": str, "array": list, "object": dict}[kind])


def wrong_type(name: str, wanted: str, value: Any) -> ApiError:
    got = next((word for kind, word in _WORDS.items() if kind != "number" and is_kind(value, kind)), "a decimal")
    message = f"Invalid type for '{name}': expected {wanted}, but got {'null' if value is None else got} instead."
    return ApiError(400, message, code="invalid_type", param=name)


def wrong_value(name: str, wanted: str, value: Any) -> ApiError:
    message = f"Invalid value: '{str(value)[:100]}'. Supported values are: {wanted}."
    return ApiError(400, message, code="invalid_value", param=name)


def text_of(content: Any, name: str, parts: tuple[str, ...]) -> str:
    """The text of a message's content: a string, or parts of the types in `parts`."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise wrong_type(name, "one of a string or array of objects", content)
    found = []
    for at, part in enumerate(content):
        if not isinstance(part, dict):
            raise wrong_type(f"{name}[{at}]", "an object", part)
        if part.get("type") not in parts:
            raise ApiError(
                400, f"This model does not support content of type '{str(part.get('type'))[:60]}'.",
                code="invalid_value", param=f"{name}[{at}].type",
            )  # fmt: skip
        words = part.get("text", part.get("refusal", ""))
        if not isinstance(words, str):
            raise wrong_type(f"{name}[{at}].text", "a string", words)
        found.append(words)
    return "\n".join(found)
