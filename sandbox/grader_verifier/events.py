"""What the verifier tells the host: one JSON object a line on its standard output.

Nothing else can write there: no candidate process runs in this container, and what hidden tests print is captured
by pytest. Every text that may come from a candidate is cut before it is sent.
"""

from __future__ import annotations

import json
import os
import threading

from grader_protocol import TEXT


class Events:
    """Writes events to a private copy of standard output; file descriptor 1 then points at standard error."""

    def __init__(self) -> None:
        self.out = os.dup(1)
        os.dup2(2, 1)
        self.lock = threading.Lock()

    def send(self, event: str, **fields: object) -> None:
        line = json.dumps({"event": event, **fields}, ensure_ascii=True, default=str).encode() + b"\n"
        with self.lock:  # tests and the model's endpoint speak from threads of their own
            while line:
                line = line[os.write(self.out, line) :]


def cut(text: str, limit: int = TEXT) -> str:
    """`text`, at most `limit` characters, saying how many are missing."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"
