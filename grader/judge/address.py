"""The judge's address and key as the operator wrote them: read whole, checked before anything is sent, and kept
out of files.

A mistake is said with the setting's name and what is wrong with it, never with the key itself.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from grader.errors import UsageError, visible
from grader.network import without_login

if TYPE_CHECKING:
    from grader.settings import Settings

DEFAULT = "https://api.openai.com/v1"
_URL, _KEY, _MODEL = "OPENAI_BASE_URL (openai_base_url)", "OPENAI_API_KEY (openai_api_key)", "GRADER_JUDGE_MODEL"
_ADDED = "/chat/completions"
_QUOTES = "\"'`“”„‟‘’‚‛«»"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where and as whom the judge is asked. Only `endpoint` is fit to be written into a file or a message."""

    endpoint: str = DEFAULT
    """Scheme, host and path: no user, password, query or trailing slash."""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    login: str = field(default="", repr=False)
    """`user:password` of the address."""
    key: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What proves who asks, beside the key as a bearer token: a login in the address takes its place, and Azure,
        which wants `api-version` in the address, wants the key under a name of its own."""
        if self.login:
            return {"Authorization": f"Basic {base64.b64encode(self.login.encode()).decode()}"}
        return {"api-key": self.key} if self.key and "api-version" in self.query else {}

    @property
    def proof(self) -> str:
        """What it is asked with, in words."""
        return "user and password of the address" if self.login else "API key"

    def without_secrets(self, text: str) -> str:
        """`text` of the other side's without what is secret here."""
        secret = {self.key, self.login, self.login.partition(":")[2], *self.query.values()}
        for word in sorted((word for word in secret if len(word) >= _SHORTEST), key=len, reverse=True):
            text = text.replace(word, "…")
        return without_login(text)


_SHORTEST = 4
"""Characters of what is looked for as a secret: a shorter one stands in any text."""


def read(settings: Settings) -> Address:
    """The address and key of `settings`. Raises UsageError that names the setting and what is wrong with it."""
    _check_plain(_MODEL, settings.judge_model)
    _check_key(settings.openai_api_key)
    url = settings.openai_base_url or DEFAULT
    _check_plain(_URL, url)
    shown = visible(without_login(url).partition("?")[0])
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
    except ValueError as wrong:
        raise UsageError(f"{_URL} is {shown}, which is no address ({wrong}).") from None
    if parts.scheme not in {"http", "https"}:
        guess = "http" if (parts.hostname or "").startswith(("127.", "localhost", "192.168.", "10.")) else "https"
        raise UsageError(f"{_URL} is {shown}, which does not begin with http:// or https://; {guess}://… is meant?")
    if problem := _no_host(parts):
        raise UsageError(f"{_URL} is {shown}, which is no address ({problem}).")
    path = parts.path.rstrip("/")
    if path.endswith(_ADDED):
        raise UsageError(f"{_URL} ends with {_ADDED}, which is added to it; leave that out: {path[: -len(_ADDED)]}")
    host = parts.netloc.rpartition("@")[2]
    login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint = urlunsplit((parts.scheme, host, path, "", ""))
    return Address(endpoint=endpoint, query=query, login=login, key=settings.openai_api_key)


def _no_host(parts: SplitResult) -> str:
    try:
        return "" if parts.hostname and parts.port != 0 else "it names no host"
    except ValueError as problem:
        return str(problem)


def _check_key(key: str) -> None:
    if len(key) > 1 and key[0] in _QUOTES and key[-1] in _QUOTES:
        raise UsageError(f"{_KEY} is in quotes ({_name(key[0])}); take them out.")
    if key.lower().startswith("bearer "):
        raise UsageError(f"{_KEY} begins with 'Bearer', which is added to it; leave that out.")
    _check_plain(_KEY, key)
    odd = next((c for c in key if not c.isascii()), "")
    if odd:
        raise UsageError(f"{_KEY} has a character that no key has ({_name(odd)}, character {key.index(odd) + 1}).")


def _check_plain(setting: str, value: str) -> None:
    """Raises UsageError for blanks, line ends and control characters, which come along when a value is pasted."""
    odd = next((index for index, c in enumerate(value) if c.isspace() or not c.isprintable()), None)
    if odd is not None:
        at = "ends with" if odd == len(value.rstrip()) else "begins with" if odd == 0 else "has"
        raise UsageError(f"{setting} {at} {_name(value[odd])}; take it out.")
    if setting != _KEY and value and (value[0] in _QUOTES or value[-1] in _QUOTES):
        raise UsageError(f"{setting} is in quotes ({_name(value[0] if value[0] in _QUOTES else value[-1])}).")


def _name(character: str) -> str:
    names = {"\n": "a line end", "\r": "a line end", "\t": "a tab", " ": "a space"}
    unnamed = f"the character U+{ord(character):04X}"
    return names.get(character) or unicodedata.name(character, unnamed).lower()
