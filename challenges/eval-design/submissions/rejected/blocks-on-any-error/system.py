"""How your evaluation reaches what it evaluates. Given: hand it in as it is.

The grader makes a `System` or a `Judge` and passes it to your functions. Both speak to a service that listens where
OPENAI_BASE_URL says. For your own runs there is `practice.py`, whose classes have the same methods.
"""

import http.client
import json
import os
from urllib.parse import urlsplit

AT_ONCE = 50


class Unreachable(Exception):
    """The service gave no answer that can be used."""


class _Service:
    def __init__(self, name: str) -> None:
        self.name = name
        self._address = urlsplit(os.environ.get("OPENAI_BASE_URL", ""))
        self._connection: http.client.HTTPConnection | None = None

    def _ask(self, key: str, things: list) -> list:
        replies = []
        for start in range(0, len(things), AT_ONCE):
            replies += self._post(json.dumps({key: things[start : start + AT_ONCE]}))
        if len(replies) != len(things):
            raise Unreachable(f"{len(replies)} replies to {len(things)} {key}")
        return replies

    def _post(self, content: str) -> list:
        body = json.dumps({"model": self.name, "messages": [{"role": "user", "content": content}]})
        headers = {
            "Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', '')}",
            "Content-Type": "application/json",
        }
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._address.netloc, timeout=8)
            self._connection.request("POST", f"{self._address.path}/chat/completions", body.encode(), headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read())
            said = json.loads(answer["choices"][0]["message"]["content"])
            return said["replies"]
        except (OSError, ValueError, KeyError, TypeError, IndexError, http.client.HTTPException) as problem:
            self._connection = None
            raise Unreachable(f"{self.name} gave no usable answer ({type(problem).__name__})") from problem


class System(_Service):
    """A refund assistant. `ask` sends what you give it and nothing else, and returns one reply for each ticket."""

    def ask(self, tickets: list[dict]) -> list[dict]:
        return self._ask("tickets", tickets)


class Judge(_Service):
    """A judge of replies. An item is `{"ticket", "decision", "reply"}`; a grade is a level from 1 to 5."""

    def grade(self, items: list[dict]) -> list[int]:
        return self._ask("items", items)
