"""A judge's reply, read strictly: what is not exactly what was asked for is no level."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import visible
from grader.judge.prompt import CANNOT_JUDGE
from grader.unseen import whole

MAX_REPLY = 100_000
MAX_RAW = 1_000_000
"""Characters with what a model thought before it replied."""
MAX_RATIONALE = 6_000
_KEYS = {"rationale", "evidence", "level"}
_QUOTE_KEYS = {"path", "start_line", "end_line", "quote"}


class BadReplyError(Exception):
    """The reply is not what was asked for. `is_json`: whether it was a JSON object at all."""

    def __init__(self, message: str, *, is_json: bool = True) -> None:
        super().__init__(message)
        self.is_json = is_json


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A quote as the judge gave it, not checked yet."""

    path: str
    start_line: int
    end_line: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply of the right form. `level` None: the judge says that it cannot judge."""

    rationale: str
    evidence: tuple[Quote, ...]
    level: int | None


def read(text: str, choices: Sequence[str]) -> Reply:
    """The reply in `text`. Raises BadReplyError for anything but one JSON object with exactly the keys asked for and a
    level among `choices`."""
    data = _object(text)
    _exactly(data, _KEYS, "the reply")
    level = data["level"]
    level = str(level) if type(level) is int else level
    if level not in choices:
        raise BadReplyError(f"the level {visible(str(level), 40)!r} is not among {', '.join(choices)}")
    if not isinstance(data["rationale"], str) or not data["rationale"].strip():
        raise BadReplyError("the rationale is not a text")
    if not isinstance(data["evidence"], list):
        raise BadReplyError("the evidence is not a list")
    return Reply(
        rationale=whole(data["rationale"]).strip()[:MAX_RATIONALE],
        evidence=tuple(_quote(item) for item in data["evidence"]),
        level=None if level == CANNOT_JUDGE else int(level),
    )


def is_object(text: str) -> bool:
    """Whether `text` is one JSON object, as a reply has to be."""
    try:
        _object(text)
    except BadReplyError as problem:
        return problem.is_json
    return True


_INVISIBLE = " \t\r\n\ufeff\u200b\u2060\u00a0"
_THOUGHTS_END = re.compile(r"</(?:think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*+[A-Za-z0-9_-]*+[ \t]*+\r?\n?(.*)```", re.DOTALL)


def _object(text: str) -> dict[str, Any]:
    """The one object that `text` is, apart from what a model thought before it and a fence around it.

    Nothing else may stand around it: a judge that quotes an answer out of a submission must not be taken to give it.
    """
    if len(text) > MAX_RAW:
        raise BadReplyError(f"the reply is longer than {MAX_RAW:,} characters", is_json=False)
    body = text.strip(_INVISIBLE)
    if not body.startswith("{"):
        body = _unfenced(_after_thoughts(body))
    if len(body) > MAX_REPLY:
        raise BadReplyError(f"the reply is longer than {MAX_REPLY:,} characters", is_json=False)
    data = _parsed(body)
    if isinstance(data, str):  # an object that was written down twice
        data = _parsed(data.strip(_INVISIBLE))
    if not isinstance(data, dict):
        raise BadReplyError(f"it is {_KINDS.get(type(data), 'a number')} and not one JSON object", is_json=False)
    return data


_KINDS = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _parsed(body: str) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_unique, parse_constant=_no_constant, strict=False)
    except (ValueError, RecursionError) as problem:
        raise BadReplyError(_why_not(body, problem), is_json=False) from None


def _why_not(body: str, problem: Exception) -> str:
    if not body:
        return "there is no answer after its reasoning"
    if isinstance(problem, json.JSONDecodeError) and problem.msg == "Extra data":
        return "it is not one JSON object: there is something after it"
    around = "{" in body and not body.startswith(("{", "["))
    return "it is not one JSON object" + (": there is text around it" if around else "")


def _after_thoughts(body: str) -> str:
    """What follows a model's thoughts: after blocks at the beginning, or after the end of one that never began, which
    is how servers cut off the first mark. What was thought may quote marks, so the last end counts."""
    ends = list(_THOUGHTS_END.finditer(body))
    return body[ends[-1].end() :].strip(_INVISIBLE) if ends else body


def _unfenced(body: str) -> str:
    fenced = _FENCE.fullmatch(body)
    return fenced[1].strip(_INVISIBLE) if fenced else body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = next((key for key, count in Counter(key for key, _ in pairs).items() if count > 1), None)
    if twice is not None:
        raise BadReplyError(f"the key {visible(twice, 40)!r} stands twice")
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise BadReplyError(f"{name} is not a JSON value")


def _exactly(data: dict[str, Any], keys: set[str], what: str) -> None:
    missing, extra = sorted(keys - data.keys()), sorted(data.keys() - keys)
    if missing:
        raise BadReplyError(f"{what} lacks the key {missing[0]!r}")
    if extra:
        raise BadReplyError(f"{what} has the key {visible(extra[0], 40)!r}, which was not asked for")


def _quote(item: Any) -> Quote:
    if not isinstance(item, dict):
        raise BadReplyError("a piece of evidence is not an object")
    _exactly(item, _QUOTE_KEYS, "a piece of evidence")
    if not (isinstance(item["path"], str) and isinstance(item["quote"], str)):
        raise BadReplyError("path and quote of a piece of evidence are not texts")
    if type(item["start_line"]) is not int or type(item["end_line"]) is not int:
        raise BadReplyError("the lines of a piece of evidence are not whole numbers")
    return Quote(**{**item, "path": whole(item["path"]), "quote": whole(item["quote"])})
