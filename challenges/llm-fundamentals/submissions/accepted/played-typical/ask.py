"""Asks the model. You may use it, change it, or write your own."""

from __future__ import annotations

import json
import os
import urllib.request


def ask(model: str, content: str, temperature: float = 0.0) -> str:
    """What the model says to one message."""
    body = {"model": model, "temperature": temperature, "messages": [{"role": "user", "content": content}]}
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json", "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)["choices"][0]["message"]["content"]
