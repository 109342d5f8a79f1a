"""Has the model write an answer out of given documents, and lets through only what stands in them.

The endpoint is any that speaks the chat-completions protocol (`OPENAI_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_MODEL`). Plain
`urllib` instead of the SDK: one request, one shape of reply, and the time limit covers everything, waiting included.
"""

import json
import os
import re
import time
import urllib.error
import urllib.request

SYSTEM = (
    "You answer customers of a support desk in one or two sentences, only from the context. "
    'If the context does not answer the question, reply "No answer".'
)
DEADLINE = 2.5
"""Seconds for a draft, all tries together."""
PATIENCE = 1.0
"""Seconds that a single try may take."""
TRIES = 3
WORD = re.compile(r"[^\W_]+")


def write(question: str, documents: list[str]) -> str | None:
    """The model's answer to `question`; None where it had none, or none that stands in `documents`."""
    ends = time.monotonic() + DEADLINE
    for attempt in range(TRIES):
        wait = 0.05 * 2**attempt
        try:
            text = _ask(question, documents, min(PATIENCE, ends - time.monotonic()))
        except urllib.error.HTTPError as refused:
            if refused.code not in (408, 409, 429) and refused.code < 500:
                return None
            wait = max(wait, _asked_to_wait(refused))
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            pass  # no connection, no answer in time, or no reply that can be read: as good as none
        else:
            if text and text.strip(". ").lower() == "no answer":
                return None
            if text and stands_in(text, [question, *documents]):
                return text
        if time.monotonic() + wait >= ends:
            return None
        time.sleep(wait)
    return None


def _ask(question: str, documents: list[str], seconds: float) -> str:
    """One try. "" for a reply that is cut off, empty or a refusal."""
    held = "\n\n".join(_tidied(text) for text in documents)
    body = {
        "model": os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        "temperature": 0,
        "max_tokens": 160,
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"Context:\n{held}\n\nQuestion: {question}"}],
    }
    base = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")
    request = urllib.request.Request(f"{base}/chat/completions", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {os.environ.get('OPENAI_API_KEY', '')}")
    with urllib.request.urlopen(request, timeout=max(0.05, seconds)) as reply:
        choice = json.loads(reply.read())["choices"][0]
    if choice["finish_reason"] != "stop" or choice["message"].get("refusal"):
        return ""
    return (choice["message"]["content"] or "").strip()[:500]


def _tidied(text: str) -> str:
    """`text` without the quoted samples of tickets."""
    return re.sub(r"“[^”]*”|(?m:^Replaces:.*$)", " ", text)


def _asked_to_wait(refused: urllib.error.HTTPError) -> float:
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return float(refused.headers[name]) / unit
        except (TypeError, ValueError):
            continue
    return 0.0


def stands_in(answer: str, sources: list[str]) -> bool:
    """Whether every figure and nearly every word of `answer` stands in `sources`."""
    known = {word.casefold() for source in sources for word in WORD.findall(source)}
    said = {word.casefold() for word in WORD.findall(answer)}
    figures = {word for word in said if any(c.isdigit() for c in word)}
    return figures <= known and len(said & known) >= 0.8 * len(said)
