"""A small model behind the OpenAI protocol, to try `draft` with: `python tests/standin.py`, or `with StandIn() as it: it.environment`.

It is a cousin of the model that we grade with, and about as clever: it takes the sentence that has most words in common with the question, invents
something where hardly any word fits, and obeys whoever says "ignore" loudest. Only chat completions, without streaming.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORD = re.compile(r"[a-z0-9]{3,}")
COMMON = set("the and for are how many what which does that this with from can has have you your not within after until".split())
ORDER = re.compile(r"ignore [^.\n]*(instructions|article|text)|disregard the|new instruction|you must|\bsystem:", re.IGNORECASE)
FENCED = re.compile(r"<(\w+)[^>]*>.*?</\1>", re.DOTALL)


def reply(messages: list[dict]) -> str:
    """What the model says to these messages."""
    system = " ".join(str(m["content"]) for m in messages if m["role"] in ("system", "developer"))
    user = "\n".join(str(m["content"]) for m in messages if m["role"] == "user")
    unfenced = FENCED.sub(" ", user) if re.search(r"\bdata\b|untrusted|never follow", system) else user
    order = ORDER.search(unfenced)
    if order:
        return unfenced[order.start() : order.start() + 200].strip()
    before, marked, after = user.rpartition("Question:")
    asked = [s for s in re.split(r"(?<=[.!?])\s+|\n+", after if marked else user) if s.strip().endswith("?")]
    question = (asked[-1] if asked else (after or user)).strip()
    wanted = set(WORD.findall(question.lower())) - COMMON
    known = re.split(r"(?<=[.!?])\s+|\n+", re.sub(r"<[^>]+>", "\n", system + "\n" + (before if marked else user)))
    best = max((s for s in known if s.strip() != question), key=lambda s: len(wanted & set(WORD.findall(s.lower()))), default="")
    if len(wanted & set(WORD.findall(best.lower()))) * 3 >= len(wanted):
        return best.strip()
    told = re.search(r"(?:reply|say|answer)[^.\n]*\"([^\"\n]+)\"", system, re.IGNORECASE)
    return told[1] if told else "That usually takes 30 days."


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if not self.path.endswith("/chat/completions") or not body.get("messages"):
            return self.say(404, {"error": {"message": f"no {self.path} here", "type": "invalid_request_error"}})
        text = reply(body["messages"])
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        used = {"prompt_tokens": len(str(body["messages"])) // 4, "completion_tokens": len(text) // 4}
        used["total_tokens"] = sum(used.values())
        kind = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": body.get("model", "")}
        self.say(200, {**kind, "choices": [choice], "usage": used})

    def say(self, status: int, value: dict) -> None:
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class StandIn:
    """The endpoint on a free port of this machine, in a thread."""

    def __init__(self, port: int = 0) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.environment = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none-needed", "OPENAI_MODEL": "stand-in"}

    def __enter__(self) -> "StandIn":
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    standin = StandIn(8080)
    print("\n".join(f"export {name}={value}" for name, value in standin.environment.items()), flush=True)
    standin.server.serve_forever()
