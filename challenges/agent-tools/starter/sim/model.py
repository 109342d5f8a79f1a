"""The scripted model as a small local endpoint: POST /v1/chat/completions, as much of it as this task needs."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from .brain import Brain, Said


def serve(brain: Brain, port: int = 0) -> tuple[ThreadingHTTPServer, str]:
    """Starts the endpoint on `port`, or on a free one; returns it with its base URL. Call `shutdown()` on it in the
    end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            reply = json.dumps(completion(brain.answer(request(body)), body.get("model", ""))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed for each request."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/v1"


def request(body: dict[str, Any]) -> Any:
    """What the brain looks at."""
    tools = [SimpleNamespace(name=tool["function"]["name"]) for tool in body.get("tools") or []]
    kind = (body.get("response_format") or {}).get("type", "text")
    return SimpleNamespace(messages=[message(entry) for entry in body["messages"]], tools=tools, format=kind)


def message(entry: dict[str, Any]) -> Any:
    content = entry.get("content") or ""
    text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    calls = [
        SimpleNamespace(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
        for call in entry.get("tool_calls") or []
    ]
    return SimpleNamespace(role=entry["role"], text=text, tool_calls=calls, tool_call_id=entry.get("tool_call_id", ""))


def completion(said: Said, model: str) -> dict[str, Any]:
    calls = [
        {"id": f"call_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for at, (name, arguments) in enumerate(said.calls)
    ]
    spoken: dict[str, Any] = {"role": "assistant", "content": said.text or None, "refusal": said.refusal or None}
    if calls:
        spoken["tool_calls"] = calls
    choice = {"index": 0, "message": spoken, "finish_reason": "tool_calls" if calls else "stop", "logprobs": None}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {
        "id": "chatcmpl-local", "object": "chat.completion", "created": 0, "model": model, "choices": [choice],
        "usage": usage,
    }  # fmt: skip
