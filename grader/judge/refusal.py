"""What an endpoint says when it does not answer, whatever form it says it in, and what follows from it.

OpenAI's form, Mistral's, FastAPI's, a bare string, plain text, a page of HTML, an error inside a 200: all are read as
text. What was sent and comes back in an error (FastAPI's `input`) is candidate text, and is not read.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from grader.errors import visible

MOST = 20_000
_TELLING = ("message", "msg", "detail", "details", "error", "errors", "error_description", "description", "title",
            "reason", "loc")  # fmt: skip
_NAMES = ("code", "param", "type")
"""Keys whose values are not sentences, but tell what a refusal is about."""
_SENT = {"input", "ctx", "url", "request", "messages", "id", "request_id"}
_AGAIN = {408, 409, 425, 429}
_LIMITED = re.compile(r"rate.?limit|too many requests|overloaded|try again|temporarily|capacity|throttl")
_SPENT = re.compile(r"insufficient_quota|insufficient credit|billing")
MOST_SECONDS = 60.0
FIRST_SECONDS, LONGEST_SECONDS = 0.5, 8.0


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer that is none. `said`: words to show. `about`: all that tells what it is about, in lower case."""

    status: int
    said: str
    about: str
    again: bool
    """Whether the same may well be answered when it is asked again."""
    after: float | None = None
    """Seconds that the endpoint asks to wait."""
    proof: str = "API key"
    """What was shown to it to be let in."""

    def sentence(self, attempts: int) -> str:
        """Why there is no answer, after so many attempts."""
        made = f"{self.status}, {attempts} attempt{'s' if attempts > 1 else ''}"
        what = {
            401: f"did not take the {self.proof} (401)",
            402: "wants to be paid first (402)",
            403: "did not allow it (403)",
            404: "does not know the model or the address (404)",
            429: f"is over its limit or quota ({made})",
        }.get(self.status, f"failed ({made})")
        return f"the judge's endpoint {what}" + (f": {self.said}" if self.said else "")


def refusal(status: int, body: str, headers: Mapping[str, str]) -> Refusal:
    """What an answer of `status` says. For an error inside a 200 the status is the error's, where it has one."""
    data = _data(body)
    about = " ".join([*_said(data), *_named(data)]).lower() if data is not None else body[:MOST].lower()
    status = status if status >= 400 else _status(data, about)
    again = (status in _AGAIN or status >= 500) and status != 501 and not _SPENT.search(about)
    return Refusal(status=status, said=words(body), about=about, again=again, after=_after(headers))


def is_error(data: Any) -> bool:
    """Whether a 200's JSON is an error all the same."""
    return isinstance(data, dict) and not data.get("choices") and bool(data.get("error") or data.get("errors"))


def words(body: str, most: int = 200) -> str:
    """What `body` says in words, on one line; empty where it says nothing."""
    data = _data(body)
    if data is not None:
        text = "; ".join(dict.fromkeys(part for part in _said(data) if part.strip()))
    elif re.match(r"\s*<(!doctype|html|\?xml)", body, re.IGNORECASE):
        title = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", body[:MOST], re.IGNORECASE | re.DOTALL)
        text = f"a page of HTML ({' '.join(title[2].split())})" if title else "a page of HTML"
    else:
        text = " ".join(body[:MOST].split())
    return visible(text.rstrip(" ."), most)


def pause(refused: Refusal | None, attempt: int) -> float:
    """Seconds to wait before attempt `attempt + 1`: what the endpoint asks for, else twice as long each time."""
    if refused is not None and refused.after is not None:
        return refused.after
    return float(min(FIRST_SECONDS * 2 ** (attempt - 1), LONGEST_SECONDS))


# ------------------------------------------------------------------------------------------------ reading


def _data(body: str) -> Any:
    """The JSON of an error; nothing where it is none."""
    try:
        return json.loads(body[:MOST]) if body.lstrip()[:1] in {"{", "[", '"'} else None
    except (ValueError, RecursionError):
        return None


def _said(data: Any, depth: int = 0) -> Iterator[str]:
    """The sentences of an error: `loc: msg` for FastAPI's, what stands under telling names, else all there is."""
    if depth > 6:
        return
    if isinstance(data, str):
        inner = _data(data)
        yield from [data] if not isinstance(inner, dict) else _said(inner, depth + 1)
    elif isinstance(data, list):
        for part in data[:20]:
            yield from _said(part, depth + 1)
    elif isinstance(data, dict):
        if isinstance(data.get("loc"), list) and isinstance(data.get("msg"), str):
            yield f"{'.'.join(map(str, data['loc']))}: {data['msg']}"
            return
        telling = [data[name] for name in _TELLING if name in data]
        for part in telling or [value for name, value in data.items() if name not in _SENT]:
            yield from _said(part, depth + 1)


def _named(data: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(data, list):
        for part in data[:20]:
            yield from _named(part, depth + 1)
    elif isinstance(data, dict) and depth <= 6:
        yield from (str(data[name]) for name in _NAMES if isinstance(data.get(name), str))
        for name in _TELLING:
            yield from _named(data.get(name), depth + 1)


def _status(data: Any, about: str) -> int:
    """The status of an error inside a 200: its code, else what its words are about, else 502."""
    error = data.get("error") if isinstance(data, dict) else None
    for holder in (error, data):
        if isinstance(holder, dict):
            for name in ("code", "status", "status_code"):
                if str(holder.get(name, "")).isdigit() and 400 <= int(holder[name]) < 600:
                    return int(holder[name])
    return 429 if _LIMITED.search(about) else 400


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`, as a number or a date, at most a minute."""
    known = {name.lower(): value for name, value in headers.items()}
    text = known.get("retry-after", "")
    try:
        if known.get("retry-after-ms"):
            return _bounded(float(known["retry-after-ms"]) / 1000)
        return _bounded(float(text)) if text else None
    except ValueError:
        pass
    try:
        return _bounded(parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _bounded(seconds: float) -> float | None:
    return min(max(seconds, 0.0), MOST_SECONDS) if seconds == seconds else None
