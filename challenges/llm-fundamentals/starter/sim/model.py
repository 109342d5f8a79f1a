"""The model as a small local endpoint: POST /v1/chat/completions, as much of it as this task needs."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .brain import Brain, tokens


class Server:
    """`url` to ask; `used` holds model, tokens in and tokens out of each call. Call `close()` in the end."""

    def __init__(self, brain: Brain) -> None:
        self.used: list[tuple[str, int, int]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(brain, self.used))
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(brain: Brain, used: list[tuple[str, int, int]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
            texts = [entry["content"] for entry in body["messages"]]
            said = brain.answer(body["model"], texts, body.get("temperature"))
            count = 3 + sum(4 + tokens(text) for text in texts)
            used.append((body["model"], count, tokens(said)))
            reply = {
                "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": count, "completion_tokens": tokens(said)},
            }
            content = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed for each request."""

    return Handler
